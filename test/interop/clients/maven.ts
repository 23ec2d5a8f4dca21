import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missing, run } from './programs.ts'

/** @returns why an artifact cannot be had with what it needs; undefined when the jars of both are in the folder. */
export async function fetchJars(
  folder: string,
  [group, artifact, version]: readonly [string, string, string],
): Promise<string | undefined> {
  const lacks = await missing(['java', '--version'], ['mvn', '--version'])()
  if (lacks !== undefined) return lacks
  writeFileSync(
    join(folder, 'pom.xml'),
    `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId>
  <artifactId>test</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>
  </dependencies>
</project>`,
  )
  const args = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${folder}`]
  return run('mvn', args, { cwd: folder }).then(
    () => undefined,
    () => `Maven could not fetch ${artifact}`,
  )
}
