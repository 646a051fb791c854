/** Of `screens/settings/message-texts.ts`. */
export const messageTextsTexts = {
  tooLong: '{count} too long',
  unknownMark: '{mark} is not known here',
} as const;

/** Of `screens/settings/messages.tsx`. */
export const messagesTexts = {
  messages: 'Messages',
  messagesLoading: 'Messages are loading',
  messagesNotLoaded: 'The messages did not load',
  messagesSaved: 'Messages saved',
  messagesSavedText: 'Pages show them from now on.',
  texts: { one: '{count} text', other: '{count} texts' },
  language: 'Language',
  findWords: 'Find words',
  changedOnes: 'Changed ones',
  default: 'Default',
  everyTextIsTheDefault: 'Every text is the default',
  nothingFound: 'No text has these words',
  nothingFoundText: 'Texts are found by their words in this language, or by their id.',
  notSavable: 'These cannot be saved yet: {texts}.',
  notSaved: { one: '{count} text not saved.', other: '{count} texts not saved.' },
  changed: 'Changed',
  toDefaultNamed: 'Return {label} to its default',
  mayHave: 'May have {marks}',
} as const;
