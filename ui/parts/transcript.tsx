import { Said } from './said.tsx'

/** A conversation with a server: lines `0.012 C: …` and `0.012 S: …`, and remarks; older ones are without seconds. */
export function Transcript({ text }: { text: string }) {
  const lines = text.split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  return (
    <ol class="transcript">
      {lines.map((line, index) => {
        const { seconds, who, kind, rest } = read(line)
        return (
          <li key={index} class={kind}>
            <span class="seconds">{seconds}</span>
            <span class="who">{who}</span>
            <span>
              <Said text={rest} />
            </span>
          </li>
        )
      })}
    </ol>
  )
}

interface Line {
  /** Since the session began. */
  readonly seconds: string
  readonly who: string
  readonly kind: string
  readonly rest: string
}

function read(line: string): Line {
  const [, seconds = '', who = '', rest = ''] = /^(?:(\d+\.\d{3}) )?(?:([CS]): )?(.*)$/s.exec(line) ?? []
  if (who === 'C') return { seconds, who, kind: 'client', rest }
  if (who === '') return { seconds, who, kind: 'remark', rest }
  return { seconds, who, kind: /^(?:[45]\d\d|-ERR|\S+ (?:NO|BAD)\b)/.test(rest) ? 'server refused' : 'server', rest }
}
