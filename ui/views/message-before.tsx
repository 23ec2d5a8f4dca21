import { useMemo } from 'preact/hooks'
import type { WireMessage } from '../../src/http/wire-types.ts'
import { getMessage } from '../api.ts'
import { useLoaded } from '../parts/loaded.ts'
import { loadText } from '../parts/message-text.ts'
import { partsOfMessage } from '../parts/own-pictures.ts'
import { SideBySide, type Side } from '../parts/side-by-side.tsx'
import { Waiting } from '../parts/waiting.tsx'

/** A message that a replay sent, beside the one that the same command sent before. @param before its key */
export function BeforeTab({ message, before }: { message: WireMessage; before: string }) {
  const loaded = useLoaded(`${before} ${message.key}`, () => loadBoth(before, message))
  if (loaded.status !== 'ready') return <Waiting loaded={loaded} />
  return <Both sides={loaded.value} />
}

type Loaded = Omit<Side, 'own'> & { readonly message: WireMessage }

async function loadBoth(before: string, message: WireMessage): Promise<readonly [Loaded, Loaded]> {
  const earlier = await getMessage(before)
  const sides = [
    { message: earlier, title: 'Before', caption: 'As the replay sent it before' },
    { message, title: 'Now', caption: 'As it sent it now' },
  ] as const
  const [was, now] = await Promise.all(
    sides.map(async (side) => ({
      ...side,
      address: `frame/${encodeURIComponent(side.message.key)}`,
      text: await loadText(side.message),
    })),
  )
  if (was === undefined || now === undefined) throw new Error('There is nothing to compare')
  return [was, now]
}

function Both({ sides: [was, now] }: { sides: readonly [Loaded, Loaded] }) {
  const left = useMemo(() => ({ ...was, own: partsOfMessage(was.message) }), [was])
  const right = useMemo(() => ({ ...now, own: partsOfMessage(now.message) }), [now])
  return <SideBySide left={left} right={right} same="Its source is the same as before." />
}
