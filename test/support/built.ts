/** What tests run of the product: what the run of the tests has just built, or else what is made from source. */
import { fileURLToPath } from 'node:url'
import { buildUi } from '../../.build/ui-page.ts'

/** Path of the command line that was built; empty where a test runs by itself. */
const builtCli = process.env['TEST_BUILT_CLI'] ?? ''

/** Arguments for Node that run the command line. */
export const commandLine: readonly string[] =
  builtCli === ''
    ? ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))]
    : [builtCli]

let ui: Promise<unknown> | undefined

/** Builds the UI into `dist/ui/`, once in a process, where that was not done already. */
export async function builtUi(): Promise<void> {
  if (builtCli === '') await (ui ??= buildUi())
}
