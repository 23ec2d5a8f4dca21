/** Images that livereload.js does not put in by itself: those of style sheets, whose addresses browsers quote, and icons. */

const properties = ['background-image', 'border-image-source', 'list-style-image', 'mask-image', 'content']

/** Has every style rule that shows this image fetch it again. @param path of its URL */
export function swapImages(path: string): void {
  const stamp = `?livereload=${Date.now()}`
  for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) swapIn(rule, path, stamp)
}

/** livereload.js knows images, but not what `use` refers to. */
export function swapIcons(): void {
  for (const use of document.querySelectorAll('use[href*="icons.svg"]')) {
    const [, name = ''] = (use.getAttribute('href') ?? '').split('#')
    use.setAttribute('href', `./icons.svg?livereload=${Date.now()}#${name}`)
  }
}

function swapIn(rule: CSSRule, path: string, stamp: string): void {
  if (rule instanceof CSSGroupingRule) for (const inner of rule.cssRules) swapIn(inner, path, stamp)
  if (!(rule instanceof CSSStyleRule)) return
  for (const property of properties) {
    const value = rule.style.getPropertyValue(property)
    const swapped = value.replace(/url\("([^"]*)"\)/g, (whole, url: string) => {
      const [plain = ''] = url.split('?')
      return `/${plain}`.endsWith(path) ? `url("${plain}${stamp}")` : whole
    })
    if (swapped !== value) rule.style.setProperty(property, swapped)
  }
}
