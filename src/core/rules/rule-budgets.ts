/**
 * What rules may cost, spent before the work is done, so that no rule stalls a node (ruling 52, A73). A step is one
 * part of a condition evaluated once, about 10 ns; long texts and ranges take more. `docs/configuration.md` lists
 * these.
 */
export const ruleBudgets = {
  conditionBytes: { max: 65_536, meaning: 'Bytes of the conditions of one rule, as JSON.' },
  conditionLevels: { max: 20, meaning: 'Nesting levels of the conditions of one rule.' },
  conditionOperations: { max: 500, meaning: 'Operations in one rule.' },
  conditionBytesOfAction: { max: 1024 ** 2, meaning: 'Bytes of the conditions of all active rules of an action.' },
  conditionPartsOfAction: {
    max: 35_000,
    meaning: 'Parts (operations, values, items of written lists) in all active rules of an action.',
  },
  factsOfAction: { max: 1_000, meaning: 'Different facts that the active rules of an action read.' },
  questionsOfAction: {
    max: 100,
    meaning: 'Different questions about the past that the active rules of an action ask.',
  },
  ruleSteps: { max: 150_000, meaning: 'Steps of one rule in one decision; beyond that, the rule is unknown.' },
  decisionSteps: {
    max: 300_000,
    meaning:
      'Steps of all rules of an action in one decision; beyond that, the rules with higher priority numbers are unknown.',
  },
  trialSteps: { max: 500_000, meaning: 'Steps to find the part of a rule that costs too much, when it is saved.' },
  warningSteps: {
    max: 150_000,
    meaning: 'Steps to find likely mistakes in rules that are saved or tried out; beyond that, a warning says so.',
  },
  explanationSteps: {
    max: 250_000,
    meaning:
      'Steps to trace the conditions for one explanation; beyond that, rules are explained without their conditions.',
  },
  explanationCharacters: {
    max: 500_000,
    meaning:
      'Characters of the conditions in one explanation; beyond that, rules are explained without their conditions.',
  },
} as const satisfies Record<string, { readonly max: number; readonly meaning: string }>;
