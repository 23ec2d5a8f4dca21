/** Tasks and their order; the work is in `.build/`. */
export { buildAll as build } from './.build/build.ts'
