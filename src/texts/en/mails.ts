/**
 * The sentences of the mails in English. An id is `<mail>.<role>`. `{name}` stands for a value, as in the pages; a text
 * that counts has a form for each plural of its language. Every other language has the same ids.
 */
export const enMails = {
  // The code first: it is what a notification shows.
  'code.subject': '{code} is your code for {tenantName}',
  'code.heading': 'Your code for {tenantName}',
  'code.validity': {
    one: 'It is good for {count} minute and for one use.',
    other: 'It is good for {count} minutes and for one use.',
  },
  'code.warning': 'If you did not ask for it, ignore this message. Give the code to nobody.',

  'link.subject': 'Confirm it’s you at {tenantName}',
  'link.description': 'Open this link to confirm to {tenantName} that it’s you.',
  'link.primaryCta': 'Confirm it’s me',
  'link.validity': {
    one: 'The link is good for {count} minute and for one use.',
    other: 'The link is good for {count} minutes and for one use.',
  },
  'link.warning': 'If you did not ask for it, ignore this message and do not open the link.',

  'notice.way': 'Which:',
  'notice.time': 'When:',
  'notice.advice':
    'If this was you, you don’t need to do anything. If it wasn’t, tell {tenantName} at once: somebody else may be trying to get into your account.',
  'authenticator-added.subject': 'A way to confirm it’s you was added at {tenantName}',
  'authenticator-added.held':
    'It was added with a recovery code or a weaker way than you have. Until {time} it opens only little.',
  'authenticator-removed.subject': 'A way to confirm it’s you was removed at {tenantName}',
  'method-locked.subject': 'Too many wrong tries at {tenantName}',
  'method-locked.description': 'One of your ways to confirm it’s you is locked after too many wrong tries.',
  'method-locked.advice':
    'If this was you, use another way, or ask {tenantName} for help. If it wasn’t, tell {tenantName} at once: somebody else may be trying to get into your account.',
  'action-denied.subject': 'A request at {tenantName} was declined',
  'action-denied.description': '“No, it wasn’t me” was pressed in a mail that was sent to you.',
  'action-denied.advice':
    'If that was you, somebody else may be trying to get into your account: {tenantName} can help you. If it wasn’t, somebody else may be reading your mail: tell {tenantName} at once.',
  'recovery-code-used.subject': 'A recovery code was used at {tenantName}',
  'recovery-code-used.codesLeft': {
    one: '{count} recovery code is left.',
    other: '{count} recovery codes are left.',
  },
  'recovery-code-used.noneLeft': 'No recovery codes are left.',
  'recovery-codes-made.subject': 'New recovery codes were made at {tenantName}',
  'recovery-codes-made.description': {
    one: 'You have {count} new recovery code. Earlier codes no longer work.',
    other: 'You have {count} new recovery codes. Earlier codes no longer work.',
  },
} as const;
