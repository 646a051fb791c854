/** Of `screens/rules/action-messages.tsx`. */
export const actionMessagesTexts = {
  messagesLoading: 'The messages are loading',
  messagesNotLoaded: 'The messages did not load',
  messagesSaved: 'Messages saved',
  messagesSavedText: 'Users read them from now on.',
  messages: 'Messages',
  whatUsersConfirm: 'What users confirm',
  text: 'Pages show it during a challenge, and mails and texts with a code or link have it, in the language of the user or else in English. All other words, subjects too, are the same for every action.',
  wordsOfThePages: 'Words of the pages',
  noMessage: 'No message',
  noMessageText:
    'Users see the name of the action, and its code as words. A message can say the amount, or who is paid.',
  addLanguage: 'Add a language',
  chooseLanguage: 'Add a language…',
  noEnglish: 'Without an English one, users of other languages read no message.',
  saveTheMessages: 'Save the messages',
  customNote:
    '{action} and {user} stand for members of {custom}. If one is missing, users see no message. {length} / {max}',
  messagePlaceholder: 'You are sending {{action.amount}} to {{action.payee}}.',
  insertNamed: 'Insert a data point into {name}',
  insert: 'Insert a data point…',
  removeNamed: 'Remove {name}',
  emptyMessage: '{language}: write the message, or remove it.',
  tooLong: '{language}: {count} characters too many.',
  badPlaceholder: '{language}: placeholders are written {action} or {user}.',
} as const;

/** Of `screens/rules/builder-fields.ts`. */
export const builderFieldsTexts = {
  headings: { ip: 'Address', device: 'Device', user: 'User', crypto: 'Crypto', action: 'Occasion', time: 'Occasion' },
  otherHeading: 'Other',
  operators: {
    isSet: 'is set',
    isNotSet: 'is not set',
    isTrue: 'is true',
    isFalse: 'is false',
    '==': 'is',
    '!=': 'is not',
    '>': 'is more than',
    '>=': 'is at least',
    '<': 'is less than',
    '<=': 'is at most',
    between: 'is between',
    oneOf: 'is one of',
    notOneOf: 'is not one of',
    contains: 'contains',
    notContains: 'does not contain',
    inList: 'is in the list',
    notInList: 'is not in the list',
    anyOf: 'has any of',
    allOf: 'has all of',
    noneOf: 'has none of',
    inCidr: 'is in the ranges',
    notInCidr: 'is not in the ranges',
  },
  numberOfEarlierActions: 'number of earlier actions',
  thePast: 'The past',
  numberOfDifferent: 'number of different',
  sumOfADataPoint: 'sum of a data point',
  minutesSinceTheLast: 'minutes since the last',
  yourData: 'Your data',
  namedHere: 'Named here',
  emptyGroup: 'A group is empty. Add a condition, or remove the group.',
  noFact: 'Choose a fact for every condition.',
  partMissing: 'Fill in every part of “{field}”.',
  noList: 'Choose a list for {field}.',
  noValues: 'Enter at least one value for {field}.',
  notTwoNumbers: 'Enter two numbers for {field}.',
  noNumber: 'Enter a number for {field}.',
  noValue: 'Enter a value for {field}.',
} as const;

/** Of `screens/rules/condition-builder.tsx`. */
export const conditionBuilderTexts = {
  allOfTheseHold: 'all of these hold',
  anyOfTheseHolds: 'any of these holds',
  addACondition: 'Add a condition',
  addAGroup: 'Add a group',
  removeTheCondition: 'Remove the condition',
  removeTheGroup: 'Remove the group',
  not: 'Not',
  notTitle: 'Matches when the group does not',
  howTheConditionsCombine: 'How the conditions combine',
  fact: 'Fact',
  howItCompares: 'How it compares',
  whichList: 'Which list',
  chooseAList: 'Choose a list',
  from: 'From',
  to: 'To',
  value: 'Value',
  number: 'Number',
  valuesOneOnEachLine: 'Values, one on each line',
  oneOnEachLine: 'One on each line',
  ofThisUser: 'of this user',
  fromThisAddress: 'from this address',
  fromThisDevice: 'from this device',
  counted: { user: 'users', ip: 'addresses', device: 'devices', country: 'countries' },
  passedChallenge: 'passed challenge',
  failedChallenge: 'failed challenge',
  action: 'action',
  enrolment: 'enrolment',
  ofAnyAction: 'of any action',
  ofCode: 'of {code}',
  inAnyState: 'in any state',
  inTheLast: 'in the last {minutes} minutes',
  minutesLabel: 'Minutes',
  whoseActions: 'Whose actions',
  whichAction: 'Which action',
  inWhichState: 'In which state',
  whatIsCounted: 'What is counted',
  dataPoint: 'Data point',
  sinceWhat: 'Since what',
} as const;

/** Of `screens/rules/conflict-dialog.tsx`. */
export const conflictDialogTexts = {
  title: 'The draft was changed meanwhile',
  liveNow: 'Live now',
  asLeftBy: 'As {who} left it',
  asYouWantIt: 'As you want it',
  keepTheOtherOne: 'Keep the other one',
  saveMineInstead: 'Save mine instead',
  off: 'Off',
  otherwise: 'Otherwise: {outcome}',
  gone: 'Somebody has discarded or published it. Your change is not saved yet.',
  changed: '{who} has changed it. Your change is not saved yet.',
} as const;

/** Of `screens/rules/demand-fields.tsx`. */
export const demandFieldsTexts = {
  low: 'Low',
  restrictedTextsAndTheLike: 'Restricted: texts and the like',
  medium: 'Medium',
  highPasskeysAndSecurityKeys: 'High: passkeys and security keys',
  firstMethod: 'Method that is shown first',
  notSet: 'Not set',
  lowestAssurance: 'Lowest assurance that passes',
  offerPasskey: 'Offer to add a passkey after the challenge',
} as const;

/** Of `screens/rules/differences.tsx`. */
export const differencesTexts = {
  nothingDiffers: 'Nothing differs.',
} as const;

/** Of `screens/rules/draft-bar.tsx`. */
export const draftBarTexts = {
  draft: 'Draft',
  liveChanged: 'The live rules have changed since this draft began',
  draftNotPublished: 'Draft, not published',
  changedBy: 'changed {changedAt} by {changedBy}',
  tryItOut: 'Try it out',
  takeBack: 'Take back…',
  refuse: 'Refuse…',
  keepForVersion: 'Keep it for version {version}',
  askForPublication: 'Ask for publication…',
  publish: 'Publish…',
  liveChangedText:
    'The draft was made for version {baseVersion}; version {version} is live. Published as it is, the draft would change this of version {version}:',
} as const;

/** Of `screens/rules/history.tsx`. */
export const historyTexts = {
  draftMade: 'Draft made',
  draftMadeText: 'It has the rules of version {version}. Publish it to go back.',
  noDraftWasMade: 'No draft was made',
  historyNotLoaded: 'The history did not load',
  historyLoading: 'The history is loading',
  noVersionYet: 'No version yet',
  noVersionYetText: 'Each change of the rules or of the default becomes a version, wherever it is made.',
  history: 'History',
  live: 'Live',
  made: '{madeAt} by {madeBy}',
  madeAndAsked: '{madeAt} by {madeBy}, asked by {askedBy}',
  theFirstThatWasRecorded: 'The first that was recorded.',
  compareVersion: 'Compare version {version}',
  compare: 'Compare',
  goBackToVersion: 'Go back to version {version}',
  goBack: 'Go back',
  version: 'Version {version}',
  otherwiseThan: 'What it has otherwise than',
  theLiveRules: 'the live rules',
  theDraft: 'the draft',
  otherVersion: 'version {other}',
  versionLoading: 'The version is loading',
  allOfIt: 'All of it',
} as const;

/** Of `screens/rules/publish-dialog.tsx`. */
export const publishDialogTexts = {
  askTitle: 'Ask for the rules of {actionCode} to be published?',
  askText:
    'In this tenant two people publish rules. Somebody else sees exactly this draft, and publishes or refuses it.',
  askWithProofText:
    'In this tenant two people publish rules. Somebody else sees exactly this draft, and publishes or refuses it. You may be asked to prove who you are.',
  publishTitle: 'Publish the rules of {actionCode}?',
  publishText: 'They decide at once, for all actions from now on. You may be asked to prove who you are.',
  nothingDecidedOtherwise: 'No decision changes: only names, notes or rules that are switched off.',
  why: 'Why (for the history)',
  ask: 'Ask for it',
  publishVersion: 'Publish version {version}',
} as const;

/** Of `screens/rules/replay-result.tsx`. */
export const replayResultTexts = {
  latestActionsLoading: 'The latest actions are loading',
  noActions: 'No action of this code was tracked yet, so there is nothing to try it on.',
  noneDifferent: 'None of the last {considered} would be decided otherwise.',
  someDifferent: '{different} of the last {considered} would be decided otherwise.',
  fromTo: '{count} from {was} to {now}.',
  since: 'Since {from}.',
  tableLabel: 'Old outcomes against new ones',
  was: 'Was',
  wouldBe: 'Would be',
  cannotSay: {
    one: 'Of {count} action it cannot be said: too little was recorded.',
    other: 'Of {count} actions it cannot be said: too little was recorded.',
  },
  cannotSayFor: {
    one: 'Of {count} action it cannot be said: too little was recorded of {facts}.',
    other: 'Of {count} actions it cannot be said: too little was recorded of {facts}.',
  },
  computedAgain: {
    one: 'For {count} action {facts} was computed from the action itself, with the data files of today.',
    other: 'For {count} actions {facts} was computed from the action itself, with the data files of today.',
  },
  listsOfToday: 'Value lists are as they are now.',
  cutShort: 'There are more actions, but to read them all would have cost too much.',
  actionsShowExamples: 'actions, show examples',
  examples: 'The latest from {was} to {now}:',
} as const;

/** Of `screens/rules/replayed-one.tsx`. */
export const replayedOneTexts = {
  actionLoading: 'The action is loading',
  action: 'Action',
  wasDecided: 'Was decided',
  itsRecordCannotBeRead: 'Its record cannot be read',
  byTheDraft: 'By the draft',
  byTheLiveRules: 'By the live rules',
  cannotBeSaid: 'Cannot be said',
  theSame: 'The same.',
  aRule: 'a rule',
  namedRule: 'rule “{name}”',
  byRule: 'by {named}',
  becauseNotComputed: 'because {named} could not be computed',
  byTheDefault: 'by the default',
  byUnknownRule: 'by which rule cannot be said',
  notReplayable:
    'What it was decided on is gone, or it was decided under another version of the rule language. So nothing can be said.',
  couldBe: 'It could be {outcomes}: too little was recorded to say more.',
  notRecorded: 'Not recorded at the time: {facts}.',
  computedAgain: 'Computed from the action itself, with the data files of today: {facts}.',
  listsOfToday: 'Value lists are as they are now.',
  or: ' or ',
} as const;

/** Of `screens/rules/request-bar.tsx`. */
export const requestBarTexts = {
  refusedBy: '{by} has refused it',
  askedBy: '{by} asks for it to be published',
  needsAnother: 'Somebody who has not changed the draft has to publish it.',
  yoursToDecide: 'You can publish it, or refuse it with a reason.',
  voidedByChange: 'Any change of the draft voids this.',
  refuseTitle: 'Do not publish this draft?',
  refuseText: 'The draft stays as it is, and nobody publishes it until somebody asks again.',
  why: 'Why',
  whoAskedReadsIt: 'Who asked reads it.',
  refuse: 'Refuse',
} as const;

/** Of `screens/rules/rule-editor.tsx`. */
export const ruleEditorTexts = {
  editorLoading: 'The editor is loading',
  noSuchRule: 'There is no such rule',
  noSuchRuleText: 'It may have been removed from the draft.',
  showTheRules: 'Show the rules',
  full: 'There is no room for another rule',
  fullText: 'An action can have 100 rules. Remove one, or put conditions together.',
  notDrawable: 'The builder cannot draw these conditions without changing them, so they stay text.',
  noName: 'Give the rule a name.',
  savedInTheDraft: 'Saved in the draft',
  savedInTheDraftText: '{name} decides nobody until the draft is published.',
  newRule: 'New rule',
  ruleNamed: 'Rule {name}',
  name: 'Name',
  outcome: 'Outcome',
  noteForYourTeam: 'Note for your team',
  switchedOn: 'Switched on',
  whenItMatches: 'When it matches',
  howConditionsAreEdited: 'How conditions are edited',
  builder: 'Builder',
  json: 'JSON',
  textLoading: 'The text is loading',
  noConditions: 'Without conditions the rule always matches.',
  demands: 'What its challenge asks for, where it differs from the action',
  methodsLegend: 'Methods that pass. None chosen: those of the action.',
  saveInTheDraft: 'Save in the draft',
  thisRule: 'This rule',
  notJson: 'This is not JSON yet. Check brackets, quotes and commas.',
  warnings: 'Warnings',
} as const;

/** Of `screens/rules/rule-list.tsx`. */
export const ruleListTexts = {
  moved: '{name} is now number {at} of {rules}.',
  rules: 'Rules',
  text: 'All rules are looked at; the first that matches decides.',
  newRule: 'New rule',
  noRulesYet: 'No rules yet',
  noRulesYetText:
    'The default decides every action of this code. Add a rule to decide by what is known of the user, the device and the address.',
  off: 'Off',
  moveUp: 'Move {name} up',
  moveDown: 'Move {name} down',
  switchedOnNamed: '{name} is switched on',
  editNamed: 'Edit {name}',
  removeNamed: 'Remove {name}',
  ifNoRuleMatches: 'If no rule matches',
  removeTitle: 'Remove {name}?',
  removeText: 'It is removed from the draft. It decides until the draft is published, and the history keeps it.',
  removeButton: 'Remove from the draft',
  warning: 'Warning: {words}',
} as const;

/** Of `screens/rules/rule-set.tsx`. */
export const ruleSetTexts = {
  rules: 'Rules',
  tryOut: 'Try out',
  history: 'History',
  messages: 'Messages',
  settings: 'Settings',
  action: 'Action',
  newRule: 'New rule',
  rulesLoading: 'The rules are loading',
  rulesNotLoaded: 'The rules did not load',
  actions: 'Actions',
  activity: 'Activity',
  partsOfThisAction: 'Parts of this action',
  messagesLoading: 'The messages are loading',
  editorLoading: 'The editor is loading',
} as const;

/** Of `screens/rules/rule-sets.tsx`. */
export const ruleSetsTexts = {
  action: 'Action',
  withoutARule: 'Without a rule',
  rules: 'Rules',
  lastTracked: 'Last tracked',
  draft: 'Draft',
  actions: 'Actions',
  code: 'Code',
  actionsNotLoaded: 'The actions did not load',
  actionsLoading: 'The actions are loading',
  noActionYet: 'No action yet',
  noCodeContainsThat: 'No code contains that',
  noActionYetText: 'An action appears here when your backend tracks it for the first time.',
  noCodeContainsThatText: 'Codes are those that your backend tracks, such as signIn.',
  notPublished: 'Not published',
  askedFor: 'Asked for',
  activeRules: { one: '{count} rule', other: '{count} rules' },
  switchedOff: 'and {count} off',
} as const;

/** Of `screens/rules/rule-settings.tsx`. */
export const ruleSettingsTexts = {
  settingsLoading: 'The settings are loading',
  settingsNotLoaded: 'The settings did not load',
  settingsSaved: 'Settings saved',
  settingsSavedText: 'They count at once, for challenges from now on.',
  settings: 'Settings',
  whatAChallengeAsksFor: 'What a challenge asks for',
  text: 'A rule can ask for something else. The outcome without a rule stands at the end of the rules.',
  methodsLegend: 'Methods that pass. None chosen: every enabled method.',
  saveTheSettings: 'Save the settings',
} as const;

/** Of `screens/rules/try-out.tsx`. */
export const tryOutTexts = {
  tryOut: 'Try out',
  whichRules: 'Which rules',
  theDraft: 'The draft',
  theLiveRules: 'The live rules',
  onLatest: 'On the last 1,000 actions',
  onLatestText: 'What was recorded of them is decided again, and the outcomes are compared.',
  tryItOnThem: 'Try it on them',
  onOnePastAction: 'On one past action',
  factsNotForYou: 'To try rules on facts that you enter, you need a role that sees contacts.',
  pastAction: 'A past action',
  pastActionNote: 'On what was known when it was decided.',
  noneYet: 'None yet',
  actionId: 'Or the id of one',
  actionIdNote: 'As the activity shows it.',
  decideItAgain: 'Decide it again',
  factsNotJson: 'The facts must be JSON, such as {"custom": {"amount": 100}}. Check brackets, quotes and commas.',
  onFacts: 'On facts that you enter',
  factsLabel: 'Facts as JSON',
  factsNote: 'A fact that is not in it is missing.',
  decideByTheseFacts: 'Decide by these facts',
} as const;

/** Of `screens/rules/use-rule-set.ts`. */
export const useRuleSetTexts = {
  draftDiscarded: 'Draft discarded',
  draftDiscardedText: 'The live rules are as they were.',
  notDiscarded: 'Not discarded',
  published: 'Published',
  publishedText: 'Version {version} decides from now on.',
  asked: 'Asked',
  askedText: 'Somebody else can publish the draft now.',
  refused: 'Refused',
  refusedText: 'The draft stays, and nobody publishes it.',
} as const;

/** Of `screens/rules/condition-words.ts`. */
export const conditionWordsTexts = {
  always: 'Always',
  never: 'Never: it has an empty group',
  and: '{one} and {other}',
  or: '{one} or {other}',
  not: 'not ({group})',
  twoValues: '{from} and {to}',
} as const;

/** Of `screens/rules/condition-text.tsx`. */
export const conditionTextTexts = {
  label: 'Conditions as JSON',
} as const;
