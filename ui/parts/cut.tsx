import { messageUrl } from '../api.ts'
import { Icon } from './icon.tsx'

/** Stands over a body of which the server gave the beginning alone. */
export function Cut({ messageKey }: { messageKey: string }) {
  return (
    <p class="bar-note">
      <Icon name="info" />
      <span>This is the beginning; the body is too long to be shown whole.</span>
      <a class="button" href={messageUrl(messageKey, '/raw?download=1')} download>
        Download the message
      </a>
    </p>
  )
}
