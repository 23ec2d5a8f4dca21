/** A conversation with a server: lines `C: …` and `S: …`. */
export function Transcript({ text }: { text: string }) {
  const lines = text.split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  return (
    <ol class="transcript">
      {lines.map((line, index) => {
        const { who, kind, rest } = read(line)
        return (
          <li key={index} class={kind}>
            <span class="who">{who}</span>
            <span>{rest}</span>
          </li>
        )
      })}
    </ol>
  )
}

function read(line: string): { readonly who: string; readonly kind: string; readonly rest: string } {
  const rest = line.slice(3)
  if (line.startsWith('C: ')) return { who: 'C', kind: 'client', rest }
  if (!line.startsWith('S: ')) return { who: '', kind: 'remark', rest: line }
  return { who: 'S', kind: /^[45]/.test(rest) ? 'server refused' : 'server', rest }
}
