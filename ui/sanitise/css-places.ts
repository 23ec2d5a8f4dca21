// What a string in CSS is depends on where it stands: text, a name, or an address. These tables say where it is no
// address; wherever they do not say so, it is taken for one.

/** Functions that neither fetch nor make a picture: what stands in them is never an address. CSS Values 4 and 5. */
const harmless = new Set([
  ...['calc', 'calc-size', 'min', 'max', 'clamp', 'round', 'mod', 'rem', 'sin', 'cos', 'tan', 'asin', 'acos'],
  ...['atan', 'atan2', 'pow', 'sqrt', 'hypot', 'log', 'exp', 'abs', 'sign', 'progress', 'minmax', 'fit-content'],
  ...['rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'color', 'color-mix', 'device-cmyk'],
  ...['light-dark', 'contrast-color', 'linear-gradient', 'radial-gradient', 'conic-gradient', 'gradient'],
  ...['repeating-linear-gradient', 'repeating-radial-gradient', 'repeating-conic-gradient', 'from', 'to'],
  ...['color-stop', 'matrix', 'matrix3d', 'perspective', 'rotate', 'rotate3d', 'rotatex', 'rotatey', 'rotatez'],
  ...['scale', 'scale3d', 'scalex', 'scaley', 'scalez', 'skew', 'skewx', 'skewy', 'translate', 'translate3d'],
  ...['translatex', 'translatey', 'translatez', 'blur', 'brightness', 'contrast', 'drop-shadow', 'grayscale'],
  ...['hue-rotate', 'invert', 'opacity', 'saturate', 'sepia', 'inset', 'xywh', 'rect', 'circle', 'ellipse'],
  ...['polygon', 'path', 'shape', 'ray', 'linear', 'cubic-bezier', 'steps', 'repeat', 'anchor', 'anchor-size'],
  ...['counter', 'counters', 'target-counter', 'target-counters', 'target-text', 'leader', 'string', 'symbols'],
  ...['stylistic', 'styleset', 'character-variant', 'swash', 'ornaments', 'annotation', 'palette-mix'],
  ...['var', 'env', 'attr', 'if', 'style', 'media', 'supports', 'selector', 'type', 'format', 'tech', 'local'],
  ...['not', 'is', 'where', 'has', 'lang', 'dir', 'nth-child', 'nth-last-child', 'nth-of-type'],
  ...['nth-last-of-type', 'host', 'slotted', 'part', 'state', 'highlight', 'any', 'matches', 'scroll', 'view'],
])
/** Functions that another value takes the place of, which may come from anywhere. CSS Values 5 §7. */
const substituting = new Set(['var', 'env', 'attr', 'if', 'inherit', 'ident', 'random-item', 'first-valid', 'toggle'])
/** Functions beside an address, whose strings tell what is found there. CSS Images 4 §2.4, CSS Fonts 4 §4.3. */
const describing = new Set(['type', 'format', 'tech'])
/** Properties whose strings are text, names or a drawing of a grid. */
const textual = new Set([
  ...['content', 'quotes', 'string-set', 'hyphenate-character', 'text-overflow', 'block-ellipsis', 'locale'],
  ...['text-emphasis', 'text-emphasis-style', 'list-style', 'list-style-type', 'animation', 'animation-name'],
  ...['font', 'font-family', 'font-feature-settings', 'font-variation-settings', 'font-language-override'],
  ...['grid', 'grid-template', 'grid-template-areas'],
])
const grouping = new Set(['media', 'supports', 'layer', 'container', 'document', 'scope', 'starting-style'])
/** At-rules that hold declarations, and fetch nothing by themselves. */
const declaring = new Set(['keyframes', 'page'])

/** Whether an at-rule holds rules. */
export function isGrouping(atRule: string): boolean {
  return grouping.has(withoutPrefix(atRule))
}

/** Whether a message may have an at-rule. All others fetch, change how the rest is read, or are not known. */
export function isAllowed(atRule: string): boolean {
  return isGrouping(atRule) || declaring.has(withoutPrefix(atRule))
}

/** Whether strings in a function may be addresses. @param name in lower case */
export function mayFetch(name: string): boolean {
  return !harmless.has(withoutPrefix(name))
}

/** Whether a function stands for a value from elsewhere. @param name in lower case */
export function isSubstituting(name: string): boolean {
  return substituting.has(name) || name.startsWith('--')
}

/** Whether a function describes an address beside it. @param name in lower case */
export function isDescribing(name: string): boolean {
  return describing.has(name)
}

/**
 * Whether strings in a property are never addresses. Those in custom properties are none where they stand, and nothing
 * takes them to where they would be: that is what `isSubstituting` is for. @param name in lower case
 */
export function isTextual(name: string): boolean {
  return name.startsWith('--') || textual.has(withoutPrefix(name))
}

function withoutPrefix(name: string): string {
  return name.replace(/^-(?:webkit|moz|ms|o)-/, '')
}
