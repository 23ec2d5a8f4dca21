import { dismissReplay, replays } from '../replays.ts'
import { Icon } from './icon.tsx'

/** Commands that should have sent mail again, and failed. */
export function ReplayBar() {
  const failed = [...replays.value.values()].filter(({ problem }) => problem !== null)
  return (
    <>
      {failed.map((run) => {
        const { id, command, problem, output } = run
        return (
          <div key={id} class="replay-bar" role="alert">
            <Icon name="triangle-alert" />
            <div>
              <p>
                <code>{command}</code>: {problem}
              </p>
              {output !== '' && (
                <details>
                  <summary>What it printed</summary>
                  <pre tabIndex={0}>{output}</pre>
                </details>
              )}
            </div>
            <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismissReplay(run)}>
              <Icon name="x" />
            </button>
          </div>
        )
      })}
    </>
  )
}
