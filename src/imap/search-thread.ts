import { answerWith } from '../helper-thread.ts'
import { contentAnswers } from './searched-text.ts'

answerWith(contentAnswers)
