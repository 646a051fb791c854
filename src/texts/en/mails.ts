/**
 * The sentences of the mails and text messages in English. An id is `<mail>.<role>`. `{name}` is replaced with a value, as in the pages.
 * A text with a count has a form for each plural of its language. Every other language has the same ids.
 */
export const enMails = {
  // The code first, because a notification shows it.
  'code.subject': '{code} is your code for {tenantName}',
  'code.heading': 'Your code for {tenantName}',
  'code.validity': {
    one: 'It works once and expires in {count} minute.',
    other: 'It works once and expires in {count} minutes.',
  },
  'code.warning': 'If you didn’t ask for it, ignore this message. Don’t share this code with anyone.',

  // Text messages: in the alphabet of GSM 03.38, so that a message is one part and not three.
  'text.code': '{tenantName}: {code} is your code.',
  'text.validity': { one: 'It expires in {count} minute.', other: 'It expires in {count} minutes.' },
  'text.warning': "Don't share it with anyone.",

  'link.subject': 'Confirm it’s you at {tenantName}',
  'link.description': 'Open this link to confirm to {tenantName} that it’s you.',
  'link.primaryCta': 'Confirm it’s me',
  'link.validity': {
    one: 'The link works once and expires in {count} minute.',
    other: 'The link works once and expires in {count} minutes.',
  },
  'link.warning': 'If you didn’t ask for it, ignore this message and don’t open the link.',

  'help-link.subject': 'Get back into your account at {tenantName}',
  'help-link.description': 'You asked {tenantName} for help. Open this link to set up a new way to confirm it’s you.',
  'help-link.primaryCta': 'Get back in',
  'help-link.validity': {
    one: 'The link works once, within {count} hour.',
    other: 'The link works once, within {count} hours.',
  },
  'help-link.warning': 'If you didn’t ask for help, don’t open the link, and never pass it on, whoever asks.',
  'help-sent.subject': 'A way back into your account at {tenantName} was sent',
  'help-sent.description':
    '{tenantName} was asked to help you back in, and sent a link to {email}. It lets its reader set up a new way to confirm that they are you.',
  'help-sent.primaryCta': 'It wasn’t me: stop it',
  'help-sent.advice':
    'If you asked for this, you don’t need to do anything. If you didn’t, stop it right away: someone else may be trying to get into your account.',

  'notice.way': 'Method:',
  'notice.time': 'When:',
  'notice.advice':
    'If this was you, you don’t need to do anything. If it wasn’t, tell {tenantName} right away: someone else may be trying to get into your account.',
  'authenticator-added.subject': 'A way to confirm it’s you was added at {tenantName}',
  'authenticator-added.held':
    'It was added with a recovery code or in a weaker way than you already had, so it’s limited until {time}.',
  'authenticator-removed.subject': 'A way to confirm it’s you was removed at {tenantName}',
  'method-locked.subject': 'Too many wrong attempts at {tenantName}',
  'method-locked.description': 'One of your ways to confirm it’s you is locked after too many wrong attempts.',
  'method-locked.advice':
    'If this was you, use another way, or ask {tenantName} for help. If it wasn’t, tell {tenantName} right away: someone else may be trying to get into your account.',
  'action-denied.subject': 'A request at {tenantName} was declined',
  'action-denied.description': 'Someone pressed “No, it wasn’t me” in an e-mail we sent you.',
  'action-denied.advice':
    'If that was you, someone else may be trying to get into your account, and {tenantName} can help you. If it wasn’t, someone else may be reading your e-mail: tell {tenantName} right away.',
  'device-theft.subject': 'A remembered device at {tenantName} may have been copied',
  'device-theft.description':
    'What lets us remember one of your devices was used from two places. So we’ve forgotten all of your devices, and you’ll be asked to confirm it’s you again.',
  'device-theft.advice':
    'A browser that was restored from a backup can cause this. If that isn’t it, tell {tenantName} right away: someone else may be trying to get into your account.',
  'recovery-code-used.subject': 'A recovery code was used at {tenantName}',
  'recovery-code-used.codesLeft': {
    one: '{count} recovery code is left.',
    other: '{count} recovery codes are left.',
  },
  'recovery-code-used.noneLeft': 'No recovery codes are left.',
  'recovery-codes-made.subject': 'New recovery codes were created at {tenantName}',
  'recovery-codes-made.description': {
    one: 'You have {count} new recovery code. Earlier codes no longer work.',
    other: 'You have {count} new recovery codes. Earlier codes no longer work.',
  },
} as const;
