/** Limits per tenant, so that no tenant slows down another (ruling 52). `docs/configuration.md` lists them. */
export const quotas = {
  actionConfigurations: {
    max: 1_000,
    meaning: 'Action configurations that are not archived, created through the management API.',
  },
  actionConfigurationsByTracking: {
    max: 900,
    meaning:
      'Of these, how many tracking creates. Beyond that, newActionResult decides new codes without a configuration.',
  },
  valueLists: { max: 200, meaning: 'Value lists.' },
  alerts: { max: 50, meaning: 'Alerts.' },
  eventEndpoints: { max: 20, meaning: 'Event endpoints.' },
  apiKeys: { max: 50, meaning: 'API keys that are active, made in the portal.' },
  members: { max: 200, meaning: 'Members of the team, who may come in to the portal.' },
  ruleVersions: { max: 100, meaning: 'Versions of the rules of an action that the history keeps.' },
  ruleVersionBytes: { max: 8 * 1024 ** 2, meaning: 'Bytes of them; the newest is always kept.' },
  publishedBytes: {
    max: 64 * 1024 ** 2,
    meaning: 'Bytes of the rule sets of all actions and of the value lists that they name, each list counted once.',
  },
  oldPublishedBytes: {
    max: 1024 ** 3,
    meaning:
      'Compressed bytes of earlier rule sets and lists, kept to explain past decisions. Beyond that the oldest are deleted; explanations say so.',
  },
  draftListBytes: {
    max: 16 * 1024 ** 2,
    meaning:
      'Bytes of the value lists named only by rules that are tried out, in addition to those that live rules name.',
  },
} as const satisfies Record<string, { max: number; meaning: string }>;
