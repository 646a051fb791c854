/** What a tenant's page may cost, spent before the work is done (rulings 50, 52). `docs/configuration.md` lists these. */
export const pageBudgets = {
  templateCharacters: { max: 100_000, meaning: 'Characters of a page template.' },
  templateSteps: {
    max: 40_000,
    meaning: 'Steps to read a page template: elements, comments and attributes that are created or moved.',
  },
  templateDepth: { max: 100, meaning: 'Nested elements of a page template.' },
  templateImageCharacters: { max: 4_096, meaning: 'Characters of the URLs of all images of a page template.' },
  ancestorCharacters: {
    max: 4_096,
    meaning:
      'Characters of the origins that may frame a page: those in `expectedOrigins`, in the form that browsers write.',
  },
} as const satisfies Record<string, { readonly max: number; readonly meaning: string }>;
