/** Of `screens/change-password.tsx`. */
export const changePasswordTexts = {
  changed: 'Password changed',
  changedText: 'Your other sessions have ended.',
  title: 'Change your password',
  text: 'Your other sessions end, and a mail tells you of it.',
  newPassword: 'New password',
  changing: 'Changing…',
  change: 'Change it',
} as const;

/** Of `screens/sessions.tsx`. */
export const sessionsTexts = {
  sessionEnded: 'Session ended',
  notEnded: 'Not ended',
  heading: 'Your sessions',
  changePassword: 'Change password',
  text: 'A session ends after {idleMinutes} minutes without a call, and after 12 hours. If you do not know one of these, end it, and ask an admin to invite you again: that ends all of them and replaces what you sign in with.',
  sessionsNotLoaded: 'Your sessions did not load',
  sessionsLoading: 'Sessions are loading',
  signedInUsed: 'Signed in {createdAt}, used {seenAt}',
  thisOne: 'This one',
  end: 'End',
  aBrowser: 'A browser',
  browserOnSystem: '{browser} on {system}',
} as const;
