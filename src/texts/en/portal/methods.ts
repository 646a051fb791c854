/** Of `screens/settings/method-settings.ts`. */
export const methodSettingsTexts = {
  noProvider: 'There is no provider: nothing can be sent, except to /dev/inbox of a server in development.',
  noCredentials: '{provider} has no credentials yet.',
  noCountry: 'No country is permitted: every message is refused.',
} as const;

/** Of `screens/settings/method.tsx`. */
export const methodTexts = {
  methods: 'Methods',
  methodNotLoaded: 'The method did not load',
  methodLoading: 'The method is loading',
  isNowOn: '{method} is on',
  saved: 'Saved',
  notSetUp: 'Not set up',
  on: 'On',
  off: 'Off',
  switchOff: 'Switch off',
  switchOn: 'Switch on',
  settings: 'Settings',
  forUsers: 'For users',
  settingItUp: 'Setting it up',
  callbackAddress: 'Callback address',
  callbackText: 'Where the provider tells what became of messages. Give it to nobody else.',
  copyCallbackAddress: 'Copy callback address',
  switchOffTitle: 'Switch off {method}?',
  switchOffText:
    'Users cannot be asked for it from then on. They keep what they have enrolled. Actions and rules that permit nothing else cannot be passed any more.',
  isNowOff: '{method} is off',
} as const;

/** Of `screens/settings/methods.tsx`. */
export const methodsTexts = {
  methods: 'Methods',
  text: 'How users prove who they are. What is on can be asked for by actions and rules.',
  methodsNotLoaded: 'The methods did not load',
  methodsLoading: 'Methods are loading',
  notSetUp: 'Not set up',
  on: 'On',
  off: 'Off',
} as const;

/** Of `screens/settings/send-test.tsx`. */
export const sendTestTexts = {
  takenByTheProvider: 'Taken by the provider',
  credentialsAccepted: 'Credentials accepted',
  notSent: 'Not sent',
  noAnswer: 'No answer',
  sendATest: 'Send a test',
  testLoading: 'The test is loading',
  testNotLoaded: 'The test did not load',
  notForYou: 'Admins and editors send test messages.',
  testOf: 'Test of {method}',
  pushText:
    'Push messages go to phones that users enrol. This asks the service about a phone that does not exist: whether it accepts the credentials, not whether messages arrive.',
  text: 'As users get it, with what is saved, and a code or link that opens nothing.',
  goesBy: 'It goes by {providers}.',
  then: ', then ',
  emailAddress: 'Email address',
  phoneNumber: 'Phone number',
  phoneNote: 'With + and the country, such as +6427123456.',
  askTheService: 'Ask the service',
  sendTheTest: 'Send the test',
  messageId: 'Its id there: {messageId}',
} as const;
