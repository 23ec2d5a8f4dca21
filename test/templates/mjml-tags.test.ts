import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMjmlTags } from '../../src/templates/engines/mjml-tags.ts'
import { fc } from '../support/properties.ts'

function problems(source: string): readonly string[] {
  return readMjmlTags(source).problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

const good = `<mjml lang="en">
  <mj-head><mj-title>A < B</mj-title><mj-style>a > b { color: red }</mj-style></mj-head>
  <mj-body background-color='#fff'>
    <!-- <mj-section> -->
    <mj-section><mj-column>
      <mj-text>One<br>two <p>three <a href="?a=1&b=2">four</a></mj-text>
      <mj-raw><!--[if mso]><table><![endif]--><![if !mso]></mj-raw>
      <mj-image src=x.png /><mj-divider/>
    </mj-column></mj-section>
  </mj-body>
</mjml>`

describe('the tags of MJML', () => {
  test('are found with their places, without what is HTML', () => {
    const { tags, problems } = readMjmlTags(good)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      tags.map(({ name }) => name).join(' '),
      'mjml mj-head mj-title mj-style mj-body mj-section mj-column mj-text mj-raw mj-image mj-divider',
    )
    const image = tags.find(({ name }) => name === 'mj-image')
    assert.deepEqual([image?.line, image?.column, image?.attributes.get('src')], [8, 7, 'x.png'])
  })

  const broken: readonly (readonly [what: string, source: string, expected: readonly string[]])[] = [
    [
      'not closed in what ends around it',
      '<mjml><mj-body>\n  <mj-section><mj-column><mj-text>Hi</mj-column></mj-section>\n</mj-body></mjml>',
      ['2:26 <mj-text> is not closed'],
    ],
    ['closing nothing', '<mjml>\n</mj-column></mjml>', ['2:1 </mj-column> closes nothing']],
    [
      'misspelt',
      '<mjml><mj-body>\n<mj-section>\n</mj-secton></mj-body></mjml>',
      ['2:1 <mj-section> is not closed', '3:1 </mj-secton> closes nothing'],
    ],
    [
      'a quote',
      '<mjml>\n <mj-text color="red>Hi</mj-text>\n</mjml>',
      ['2:11 The quote of color in <mj-text> is not closed'],
    ],
    [
      'a quote to the end',
      "<mjml>\n <mj-text a='b></mj-text></mjml>",
      ['2:11 The quote of a in <mj-text> is not closed'],
    ],
    [
      'a quote in HTML',
      '<mjml><mj-text><a href="x>y</a></mj-text></mjml>',
      ['1:19 The quote of href in <a> is not closed'],
    ],
    ['half a tag', '<mjml>\n<mj-body', ['1:1 <mjml> is not closed', '2:1 <mj-body has no ">" at its end']],
    [
      'half a tag before another',
      '<mjml>\n<mj-body <mj-raw></mj-raw></mj-body></mjml>',
      ['2:1 <mj-body has no ">" at its end'],
    ],
    ['a comment', '<mjml>\n <!-- x </mjml>', ['1:1 <mjml> is not closed', '2:2 This comment is not closed']],
    [
      'text that is dropped',
      '<mjml><mj-body><mj-section>\n  lost</mj-section></mj-body></mjml>',
      ['2:3 Text directly in <mj-section> is not shown; it belongs into <mj-text> or <mj-raw>'],
    ],
  ]
  for (const [what, source, expected] of broken) {
    test(`what MJML does not say: ${what}`, () => assert.deepEqual(problems(source), expected))
  }

  test('any text is read to its end, in places that exist', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '=',
      '/',
      '<!--',
      '-->',
      'mj-text',
      '<mj-raw',
      '</mj-raw>',
      '\n',
      ' ',
      'a',
      '<![CDATA[',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const source = pieces.join('')
        const lines = source.split('\n')
        const { tags, problems } = readMjmlTags(source)
        for (const { line, column } of [...tags, ...problems]) {
          assert.ok(
            column >= 1 && column <= (lines[line - 1]?.length ?? -1),
            `${line}:${column} of ${JSON.stringify(source)}`,
          )
        }
      }),
    )
  })
})
