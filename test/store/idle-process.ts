import { connect } from '../../src/store/sqlite/channel.ts'
import { startThread, threadEntry } from '../../src/thread.ts'
import type { EchoCalls } from './echo-thread.ts'

// A process that only waits for a call, and then for nothing: it ends by itself.
const echo = connect<EchoCalls>(startThread(threadEntry('echo-thread', import.meta.url)))
void echo.call('later', { text: 'answered', turns: 100 }).then((text) => console.log(text))
