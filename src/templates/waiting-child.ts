/** Child processes that wait for work: what started them need not stay for them. */
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'

/** It does not keep this process alive. */
export function release(child: ChildProcess): void {
  child.unref()
  child.channel?.unref()
  for (const pipe of pipesOf(child)) pipe.unref()
}

/** This process stays until it is gone. */
export function hold(child: ChildProcess): void {
  child.ref()
  child.channel?.ref()
  for (const pipe of pipesOf(child)) pipe.ref()
}

function pipesOf({ stdio }: ChildProcess): readonly Socket[] {
  return stdio.filter((stream) => stream instanceof Socket)
}
