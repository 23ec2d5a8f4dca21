import { answerWith } from '../helper-thread.ts'
import { textIn } from './text-in.ts'

answerWith(textIn)
