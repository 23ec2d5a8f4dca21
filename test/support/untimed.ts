/** A transcript without the seconds at the beginning of its lines. */
export const untimed = (transcript: string): string => transcript.replace(/^\d+\.\d{3} /gm, '')
