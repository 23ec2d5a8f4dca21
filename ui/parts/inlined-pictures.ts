import { blockedPicture, sanitise, type OwnPictures } from '../sanitise/sanitise.ts'

/** Of all pictures of a document together, octets. */
const mostOctets = 10_000_000

/** HTML as it is given to a frame. */
export interface DrawnDocument {
  readonly html: string
  readonly own: OwnPictures
}

/** A document that needs nothing from anywhere. */
interface Inlined {
  readonly root: HTMLElement
  /** Pictures that are not in it. */
  readonly leftOut: number
}

/** Makes of HTML a sanitised document whose own pictures stand in it as `data:`. @param window of the frame it goes into */
export async function inlined(
  { html, own }: DrawnDocument,
  window: Window & typeof globalThis,
  signal: AbortSignal,
): Promise<Inlined> {
  const addresses = new Set<string>()
  const noted = mapped(own, (address) => {
    addresses.add(address)
    return address
  })
  const { root, remote } = sanitise(html, { window, own: noted, remote: false })
  if (addresses.size === 0) return { root, leftOut: remote.length }
  const pictures = await fetched(addresses, signal)
  const inPlace = mapped(own, (address) => pictures.get(address) ?? blockedPicture)
  return {
    root: sanitise(html, { window, own: inPlace, remote: false }).root,
    leftOut: remote.length + addresses.size - pictures.size,
  }
}

function mapped(own: OwnPictures, change: (address: string) => string): OwnPictures {
  const through = (address: string | undefined): string | undefined =>
    address === undefined ? undefined : change(address)
  return { part: (id) => through(own.part(id)), file: (reference) => through(own.file(reference)) }
}

/** Those that can be had, as `data:`, by address. */
async function fetched(addresses: Iterable<string>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>()
  let octets = 0
  for (const address of addresses) {
    const picture = await fetchPicture(address, signal)
    if (picture === undefined || octets + picture.size > mostOctets) continue
    octets += picture.size
    pictures.set(address, await dataUrl(picture))
  }
  return pictures
}

async function fetchPicture(address: string, signal: AbortSignal): Promise<Blob | undefined> {
  try {
    const answer = await fetch(address, { signal })
    const picture = answer.ok ? await answer.blob() : undefined
    return picture?.type.startsWith('image/') === true ? picture : undefined
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
}

/** A blob as a `data:` URL, the only kind of picture that leaves a canvas readable everywhere. */
export function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(typeof reader.result === 'string' ? reader.result : '')
    reader.onerror = () => reject(reader.error ?? new Error('a picture cannot be read'))
    reader.readAsDataURL(blob)
  })
}
