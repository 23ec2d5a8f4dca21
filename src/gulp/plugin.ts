/**
 * `stuntmail/gulp`: templates, their preview and the server, for people whose build is Gulp.
 *
 *     src('emails/**\/*.mjml').pipe(stuntmail.render({ data })).pipe(stuntmail.preview()).pipe(dest('build'))
 */
export { PluginError, type ErrorPlace } from './plugin-error.ts'
export { preview, type PreviewOptions } from './preview.ts'
export { render, type RenderOptions } from './render.ts'
export { serve } from './serve.ts'
export type { RenderedFile } from './vinyl.ts'
