import { closeSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openFile, readWhole } from '../sqlite/disk.ts'
import { decodeLabel, labelMark, labelOctets, type Label } from '../sqlite/label.ts'
import type { Place } from '../sqlite/segments.ts'

/** A message as its label tells of it. */
export interface LabelledMessage extends Label {
  readonly place: Place
}

/** Octets that no label tells of: written by an older program, or damaged, or left by a crash. */
export interface Gap {
  readonly segment: number
  readonly start: number
  readonly end: number
}

export interface OctetFile {
  readonly segment: number
  readonly path: string
  readonly octets: number
}

const windowOctets = 1024 * 1024

/** The files of octets of a data folder, oldest first. */
export function octetFiles(directory: string): readonly OctetFile[] {
  const folder = join(directory, 'octets')
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return []
  return readdirSync(folder)
    .filter((name) => /^\d{12}$/.test(name))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      const state = statSync(path, { throwIfNoEntry: false })
      return state?.isFile() === true ? [{ segment: Number(name), path, octets: state.size }] : []
    })
}

/** Goes through a file from label to label; where there is none, on to the next. */
export function* scanOctetFile({ segment, path, octets }: OctetFile): Generator<LabelledMessage | Gap> {
  const descriptor = openFile(path, 'r')
  try {
    for (let at = 0; at < octets;) {
      const label = labelAt(descriptor, at, octets)
      if (label === undefined) {
        const end = nextLabel(descriptor, at + 1, octets)
        yield { segment, start: at, end }
        at = end
        continue
      }
      yield { ...label, place: { segment, offset: at + labelOctets } }
      at += labelOctets + label.octets
    }
  } finally {
    closeSync(descriptor)
  }
}

function labelAt(descriptor: number, at: number, size: number): Label | undefined {
  const label = decodeLabel(readWhole(descriptor, at, at + labelOctets))
  return label !== undefined && at + labelOctets + label.octets <= size ? label : undefined
}

/** @returns where it begins; the end of the file where there is none. */
function nextLabel(descriptor: number, from: number, size: number): number {
  for (let at = from; at < size; at += windowOctets) {
    // A mark may lie over the edge of a window.
    const window = Buffer.from(readWhole(descriptor, at, Math.min(at + windowOctets + labelMark.length - 1, size)))
    for (let found = window.indexOf(labelMark); found >= 0; found = window.indexOf(labelMark, found + 1)) {
      if (labelAt(descriptor, at + found, size) !== undefined) return at + found
    }
  }
  return size
}
