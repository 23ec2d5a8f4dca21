import type { WireMessage } from '../../src/http/wire-types.ts'
import { count, figure } from '../format.ts'
import { Icon } from './icon.tsx'
import { Said } from './said.tsx'

/** What is malformed about a message, each with its place in the source. */
export function Defects({ message, onShow }: { message: WireMessage; onShow: (offset: number) => void }) {
  const { defects, defectCount } = message
  if (defectCount === 0) return null
  return (
    <details class="defects" open={defects.length <= 4}>
      <summary>
        <Icon name="triangle-alert" />
        {count(defectCount, 'defect')}: kept exactly as it was sent
      </summary>
      <ul>
        {defects.map(({ code, offset, text }) => (
          <li key={`${offset} ${code}`}>
            <button type="button" onClick={() => onShow(offset)}>
              <span>
                <Said text={text} />
              </span>
              <span class="quiet">
                <code>{code}</code> at octet {figure(offset)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {defectCount > defects.length && <p class="quiet">and {figure(defectCount - defects.length)} more</p>}
    </details>
  )
}
