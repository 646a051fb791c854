/** What one tenant may have, so that no tenant slows another (ruling 52). `docs/configuration.md` lists them. */
export const quotas = {
  actionConfigurations: {
    max: 1_000,
    meaning: 'Action configurations that are not archived, as the management API makes them.',
  },
  actionConfigurationsByTracking: {
    max: 900,
    meaning: 'Of them, as many as tracking makes. Beyond, new codes are decided by newActionResult without one.',
  },
  valueLists: { max: 200, meaning: 'Value lists.' },
  publishedBytes: {
    max: 64 * 1024 ** 2,
    meaning: 'Bytes of the rule sets of all actions and of the value lists that they name, each list once.',
  },
  oldPublishedBytes: {
    max: 1024 ** 3,
    meaning:
      'Bytes, compressed, of the earlier rule sets and lists that past decisions are explained by. Beyond, the oldest go; explanations say so.',
  },
  draftListBytes: {
    max: 16 * 1024 ** 2,
    meaning: 'Bytes of the value lists that rules name that are only tried out, beside those that live rules name.',
  },
} as const satisfies Record<string, { max: number; meaning: string }>;
