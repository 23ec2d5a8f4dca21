/**
 * CSS whose strings become addresses where they stand, or where something takes them; spelled so that they do not look
 * like it. `fetched`: the browser of the tests does fetch them where nothing keeps it from that. The others are of a
 * filter whose output reads another way than its input, or of browsers to come.
 */
interface CssVector {
  readonly css: string
  readonly fetched: boolean
}

/** What a URL parser reads as the canary. URL Standard §4.4: tabs and line ends do not count. */
const spellings = ['SCHEMELESS', '/\\9 /SCHEMELESSHOST', 'ht\\9 tp://SCHEMELESSHOST', '\\68ttp:\\a //SCHEMELESSHOST']

export const cssVectors: readonly CssVector[] = [
  ...spellings.flatMap((spelling) => places(`"${spelling}"`)),
  ...[
    'p{background:url@x;(CANARY)}',
    'p{background:url@x;("CANARY")}',
    'a{/@x;* b:"*/}p{background:url(CANARY)}"}',
    '/@x;* a{content:"*/p{background:url(CANARY)}"}',
    `${'('.repeat(100)}/(x)* ${')'.repeat(100)}a{content:"*/p{background:url(CANARY)}"}`,
    'p{background:new-picture("CANARY")}',
    '@new-rule "CANARY";',
    '@namespace "CANARY";',
  ].map((css) => ({ css, fetched: false })),
]

function places(text: string): readonly CssVector[] {
  const fetched = [
    `p{background:image-set(${text} 1x)}`,
    `p{background:-webkit-image-set(${text} 1x)}`,
    `p{background:im\\61ge-set(${text} 1x)}`,
    `p{background:image-set(/**/${text} type("image/png"))}`,
    `p{--a:${text};background:image-set(var(--a) 1x)}`,
    `p{--a:${text};--b:image-set(var(--a) 1x);background:var(--b)}`,
    `:root{--a:${text}}p{--b:var(--a);background:image-set(var(--b) 1x)}`,
    `p{background:image-set(var(--a,${text}) 1x)}`,
    `p{--a:;background:image-set(var(--a,{}) ${text} 1x)}`,
    `p::before{content:image-set(${text} 1x)}`,
    `p{background:url(${text})}`,
    `@import ${text};`,
  ]
  const others = [
    `p{background:image(${text})}`,
    `p{background:src(${text})}`,
    `p{background:cross-fade(${text},red)}`,
    `p{--a:${text};background:src(var(--a))}`,
    `@property --a{syntax:"<string>";inherits:false;initial-value:${text}}p{background:src(var(--a))}`,
    `@function --f(){result:${text}}p{background:image-set(--f() 1x)}`,
    `p{--a:${text};background:new-picture(var(--a))}`,
  ]
  return [...fetched.map((css) => ({ css, fetched: true })), ...others.map((css) => ({ css, fetched: false }))]
}
