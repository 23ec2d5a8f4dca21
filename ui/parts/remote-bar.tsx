import { count, cut } from '../format.ts'
import type { FrameReport } from './frame.tsx'
import { Icon } from './icon.tsx'

/** Says what a message wanted to fetch from elsewhere, and fetches it on request. HTML-14. */
export function RemoteBar({ report, loading, onLoad }: { report: FrameReport; loading: boolean; onLoad: () => void }) {
  const { remote, missing } = report
  const tiny = remote.filter((found) => found.tiny).length
  return (
    <>
      {remote.length > 0 && (
        <div class="bar-note remote-bar">
          <details>
            <summary>
              <Icon name={loading ? 'globe' : 'image-off'} />
              <span>
                {count(remote.length, 'remote image')} {loading ? 'loaded' : 'blocked'}
                {tiny > 0 && `, ${tiny} of one pixel`}
              </span>
            </summary>
            <ul>
              {remote.slice(0, 200).map(({ url, element, tiny: small }) => (
                <li key={url}>
                  <code>{cut(url, 500)}</code>
                  <span class="quiet">
                    {element}
                    {small && ', one pixel: counts who reads'}
                  </span>
                </li>
              ))}
            </ul>
            <p class="quiet">Hosts: {cut([...new Set(remote.map(({ host }) => host))].join(', '), 2000)}</p>
          </details>
          {!loading && (
            <button type="button" class="button" onClick={onLoad}>
              Load
            </button>
          )}
        </div>
      )}
      {missing.length > 0 && (
        <p class="bar-note">
          <Icon name="triangle-alert" />
          <span>
            No part has the Content-ID{' '}
            {missing
              .slice(0, 5)
              .map((id) => cut(id))
              .join(', ')}
          </span>
        </p>
      )}
    </>
  )
}
