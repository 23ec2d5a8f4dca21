const sprite = document.documentElement.dataset['icons'] ?? ''

/** An icon of the sprite; says nothing to screen readers, what it stands in does. @param name one of `ui/icons.json` */
export function Icon({ name }: { name: string }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`${sprite}#${name}`} />
    </svg>
  )
}

/** The mark of the project: the target that crash-test dummies wear. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="15" class="mark-ground" />
      <path d="M16 1a15 15 0 0 1 15 15H16zM16 31A15 15 0 0 1 1 16h15z" class="mark-quarters" />
    </svg>
  )
}
