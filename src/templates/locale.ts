/** BCP 47 tags as file names carry them: `de`, `pt-BR`, `zh_Hant`, `es-419`. Languages of two letters only. */
export function isLocale(name: string): boolean {
  const [, language] = /^([a-z]{2})(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?$/.exec(name) ?? []
  return language !== undefined && languages.of(language) !== undefined
}

const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
