import type { WireDiagnostic } from '../../src/http/wire-types.ts'
import { Icon } from './icon.tsx'

/** What is wrong with a template, where, and through which files it came; errors before warnings. */
export function Diagnostics({ diagnostics, stale }: { diagnostics: readonly WireDiagnostic[]; stale: boolean }) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning')
  return (
    <>
      {errors.length > 0 && (
        <section class="diagnostics" role="alert" aria-label="What is wrong">
          {errors.map((diagnostic, index) => (
            <Place key={index} diagnostic={diagnostic} />
          ))}
          {stale && <p class="quiet">Below is what it was before.</p>}
        </section>
      )}
      {warnings.length > 0 && (
        <details class="diagnostics warnings">
          <summary>
            <Icon name="triangle-alert" /> {warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`}
          </summary>
          {warnings.map((diagnostic, index) => (
            <Place key={index} diagnostic={diagnostic} />
          ))}
        </details>
      )}
    </>
  )
}

function Place({ diagnostic }: { diagnostic: WireDiagnostic }) {
  const { message, file, line, column, excerpt, through } = diagnostic
  const place = [file, line, column].filter((part) => part !== null).join(':')
  return (
    <div class="diagnostic">
      <p class="diagnostic-message">{message}</p>
      {place !== '' && (
        <p>
          <code>{place}</code>
          {through.length > 0 && <span class="quiet"> through {through.join(', ')}</span>}
        </p>
      )}
      {excerpt.length > 0 && (
        <pre class="excerpt">
          {excerpt.map(({ line: number, text }) => (
            <div key={number} class={number === line ? 'excerpt-line target' : 'excerpt-line'}>
              <span class="line-number">{number}</span>
              {text}
              {number === line && column !== null && <Caret column={column} />}
            </div>
          ))}
        </pre>
      )}
    </div>
  )
}

function Caret({ column }: { column: number }) {
  return (
    <span class="caret" aria-hidden="true">
      {`\n${' '.repeat(Math.min(column, 500) - 1)}^`}
    </span>
  )
}
