import type { Signal } from '@preact/signals'
import type { WireRendering, WireRenderingId } from '../../src/http/wire-types.ts'
import { useFixtureEdit, type Draft, type FixtureEdit } from '../parts/fixture-edit.ts'
import { Icon } from '../parts/icon.tsx'
import { NewFixture } from '../parts/new-fixture.tsx'
import { Panes } from './template-panes.tsx'

interface DataProperties {
  readonly id: WireRenderingId
  /** With the data of the file. */
  readonly saved: WireRendering | null
  /** Of the template. */
  readonly file: string
  readonly draft: Signal<Draft | null>
}

/** The data of a fixture, edited with the template beside it, and saved to its file when one says so. */
export function TemplateData({ id, saved, file, draft }: DataProperties) {
  const edit = useFixtureEdit({ id, revision: saved?.revision, draft })
  const shown = draft.value?.rendering ?? saved
  if (edit.known === null) return <p class="note">{edit.problem ?? 'Loading'}</p>
  return (
    <div class="template-data">
      <div class="data-editor">
        <Origin known={edit.known} />
        <textarea
          class="field"
          aria-label={`Data of ${id.fixture}, JSON`}
          aria-invalid={edit.unreadable !== null}
          spellcheck={false}
          value={edit.text}
          onInput={(event) => edit.write(event.currentTarget.value)}
        />
        <Trouble text={edit.unreadable ?? edit.problem} />
        <Actions edit={edit} />
      </div>
      <div class="data-preview">{shown !== null && <Panes rendering={shown} file={file} />}</div>
    </div>
  )
}

function Origin({ known: { file, writable } }: { known: NonNullable<FixtureEdit['known']> }) {
  return (
    <>
      <p class="quiet">{file === null ? 'No file yet; saving makes one.' : <code>{file}</code>}</p>
      {!writable && (
        <p class="bar-note">This file is changed in an editor. A copy can be saved here as a new fixture.</p>
      )}
    </>
  )
}

function Trouble({ text }: { text: string | null }) {
  if (text === null) return null
  return (
    <p class="bar-note" role="alert">
      <Icon name="triangle-alert" /> <span>{text}</span>
    </p>
  )
}

function Actions({ edit }: { edit: FixtureEdit }) {
  const { known, isChanged, unreadable, conflict } = edit
  return (
    <div class="data-actions">
      {known?.writable === true && (
        <button
          type="button"
          class="button"
          disabled={!isChanged || unreadable !== null}
          onClick={() => void edit.save(false)}
        >
          <Icon name="save" /> Save
        </button>
      )}
      {conflict && (
        <button type="button" class="button danger" onClick={() => void edit.save(true)}>
          Write over it
        </button>
      )}
      <button type="button" class="button" disabled={!isChanged} onClick={() => void edit.reload()}>
        <Icon name="undo-2" /> As in the file
      </button>
      <NewFixture label="Save as" disabled={unreadable !== null} onSave={(name) => edit.saveAs(name)} />
    </div>
  )
}
