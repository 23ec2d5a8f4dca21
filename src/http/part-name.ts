/** The name under which a part is saved. */
import type { Part } from '../mime/tree.ts'
import { mediaTypeOf, sectionOf } from './wire.ts'

/** Its own name, else its section number with the ending of its type: `part-2.pdf`. */
export function partName(part: Part): string {
  return part.filename || `part-${sectionOf(part)}${endings.get(mediaTypeOf(part)) ?? ''}`
}

/** Endings by media type, of what is sent by mail. */
const endings: ReadonlyMap<string, string> = new Map(
  [
    'text/plain:txt text/html:html text/css:css text/csv:csv text/markdown:md text/xml:xml text/calendar:ics text/vcard:vcf',
    'text/x-vcard:vcf text/directory:vcf text/rtf:rtf text/javascript:js text/x-patch:patch text/x-diff:diff text/x-amp-html:html',
    'message/rfc822:eml message/global:eml message/delivery-status:txt text/rfc822-headers:txt',
    'image/png:png image/jpeg:jpg image/jpg:jpg image/gif:gif image/webp:webp image/avif:avif image/svg+xml:svg image/bmp:bmp',
    'image/tiff:tiff image/heic:heic image/heif:heif image/x-icon:ico image/vnd.microsoft.icon:ico',
    'application/pdf:pdf application/zip:zip application/x-zip-compressed:zip application/gzip:gz application/x-gzip:gz',
    'application/x-tar:tar application/x-7z-compressed:7z application/json:json application/ld+json:json application/xml:xml',
    'application/ics:ics application/rtf:rtf application/javascript:js application/epub+zip:epub application/ms-tnef:dat',
    'application/msword:doc application/vnd.ms-excel:xls application/vnd.ms-powerpoint:ppt application/vnd.ms-outlook:msg',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document:docx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet:xlsx',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation:pptx',
    'application/vnd.oasis.opendocument.text:odt application/vnd.oasis.opendocument.spreadsheet:ods',
    'application/vnd.apple.pkpass:pkpass application/pkcs7-signature:p7s application/x-pkcs7-signature:p7s',
    'application/pkcs7-mime:p7m application/x-pkcs7-mime:p7m application/pgp-signature:asc application/pgp-keys:asc',
    'audio/mpeg:mp3 audio/ogg:ogg audio/wav:wav audio/x-wav:wav audio/mp4:m4a video/mp4:mp4 video/webm:webm video/quicktime:mov',
    'font/woff:woff font/woff2:woff2 font/ttf:ttf font/otf:otf',
  ]
    .flatMap((row) => row.split(' '))
    .map((pair): [string, string] => {
      const colon = pair.indexOf(':')
      return [pair.slice(0, colon), `.${pair.slice(colon + 1)}`]
    }),
)
