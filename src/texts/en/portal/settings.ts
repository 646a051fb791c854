/** Of `screens/settings/frame.tsx`. */
export const frameTexts = {
  settings: 'Settings',
  settingsLoading: 'The settings are loading',
  notForYouText: 'None of your roles reads the configuration.',
} as const;

/** Of `screens/settings/uses.tsx`. */
export const usesTexts = {
  noRule: 'No rule',
  rules: { one: '{count} rule', other: '{count} rules' },
  usedBy: 'Used by',
  notKnownYet: 'Not known yet.',
  off: 'Off',
} as const;
