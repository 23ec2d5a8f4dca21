import { useSignal } from '@preact/signals'
import { getJson } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { useLoaded } from '../parts/loaded.ts'
import { curlFor, exampleOf, operationsOf, schemaText, type OpenApi, type Operation } from '../parts/open-api.ts'
import { Waiting } from '../parts/waiting.tsx'

/** The REST API, as the server itself describes it. */
export function ApiReference() {
  const loaded = useLoaded('openapi', () => getJson<OpenApi>('api/openapi.json'))
  const filter = useSignal('')
  if (loaded.status !== 'ready')
    return (
      <div class="page">
        <h2>API</h2>
        <Waiting loaded={loaded} />
      </div>
    )
  const description = loaded.value
  const wanted = filter.value.toLowerCase()
  const operations = operationsOf(description).filter(({ method, path, summary }) =>
    `${method} ${path} ${summary}`.toLowerCase().includes(wanted),
  )
  return (
    <div class="page api">
      <header class="page-head">
        <h2>{description.info.title}</h2>
        <a class="button" href="api/openapi.json" target="_blank" rel="noopener">
          openapi.json
        </a>
      </header>
      {description.info.description !== undefined && <p class="prose">{description.info.description}</p>}
      <input
        type="text"
        class="field"
        placeholder="Filter"
        aria-label="Filter operations"
        value={filter.value}
        onInput={(event) => (filter.value = event.currentTarget.value)}
      />
      {operations.map((operation) => (
        <OperationView key={`${operation.method} ${operation.path}`} operation={operation} description={description} />
      ))}
      {operations.length === 0 && <p class="note">No operation matches.</p>}
    </div>
  )
}

function OperationView({ operation, description }: { operation: Operation; description: OpenApi }) {
  const { method, path, summary, parameters, body, responses } = operation
  const curl = curlFor(operation, description, document.baseURI)
  return (
    <details class="operation">
      <summary>
        <span class={`method ${method}`}>{method.toUpperCase()}</span>
        <code>{path}</code>
        <span class="quiet">{summary}</span>
      </summary>
      <div class="operation-body">
        {operation.description !== undefined && <p class="prose">{operation.description}</p>}
        {parameters.length > 0 && (
          <table class="fields">
            <caption>Parameters</caption>
            <tbody>
              {parameters.map(({ name, in: place, required, description: text, schema }) => (
                <tr key={`${place} ${name}`}>
                  <th scope="row">
                    <code>{name}</code>
                    {required === true && <span class="required">required</span>}
                  </th>
                  <td>
                    {text} <span class="quiet">{`${place}, ${schemaText(schema, description, 1)}`}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {body !== undefined && <Shape title={`Body, ${body.mediaType}`} text={schemaText(body.schema, description)} />}
        <Shape title="Try" text={curl} copyable />
        {responses.map(({ status, text, mediaType, schema }) => (
          <Shape
            key={status}
            title={[status, text, mediaType].filter((piece) => piece !== undefined && piece !== '').join(' · ')}
            text={schema === undefined ? '' : schemaText(schema, description)}
            example={schema === undefined ? undefined : JSON.stringify(exampleOf(schema, description), null, 2)}
          />
        ))}
      </div>
    </details>
  )
}

interface ShapeProperties {
  readonly title: string
  readonly text: string
  readonly copyable?: boolean
  readonly example?: string | undefined
}

function Shape({ title, text, copyable = false, example }: ShapeProperties) {
  return (
    <section class="shape">
      <h3>{title}</h3>
      {text !== '' && (
        <div class="snippet">
          <pre>{text}</pre>
          {copyable && <CopyButton text={text} what="Command" />}
        </div>
      )}
      {example !== undefined && (
        <details>
          <summary>Example</summary>
          <pre class="example">{example}</pre>
        </details>
      )}
    </section>
  )
}
