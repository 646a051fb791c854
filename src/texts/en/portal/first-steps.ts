/** Of `screens/first-steps.tsx`. */
export const firstStepsTexts = {
  firstSteps: 'First steps',
  madeOf: '{made} of {all} made',
  dismiss: 'Dismiss the first steps',
  key: 'A server key',
  keyText:
    'Your backend calls with it. It was shown once, when it was made: keep it in the variable {variable}. The tenant id, for browsers and apps:',
  copyTenantId: 'Copy tenant id',
  apiKeys: 'API keys',
  action: 'An action is tracked',
  actionText: 'Your backend says what a user is about to do, and learns what to do about it.',
  language: 'Language',
  code: 'Code',
  withoutBackend: 'Or without a backend: <link>track a test action</link>',
  proof: 'Somebody proves who they are',
  proofText:
    'Where the answer is {challengeRequired}, open its {url} in a browser: set up a method there, and confirm.',
  rule: 'A rule decides',
  ruleText:
    'Actions are challenged until you say otherwise. A rule says when: <link>open the action</link>, add a rule, try it out, and publish it.',
  made: 'Made',
  toDo: 'To do',
  copied: 'Copied',
  copyCode: 'Copy the code',
} as const;
