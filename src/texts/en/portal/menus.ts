/** Of `shell/menus.tsx`. */
export const menusTexts = {
  tenants: 'Tenants',
  allTenants: 'All tenants',
  systemTheme: 'As the system',
  lightTheme: 'Light',
  darkTheme: 'Dark',
  theme: 'Theme',
  yourSessions: 'Your sessions',
  yourMail: 'Your mail',
  signOut: 'Sign out',
} as const;

/** Of `shell/palette.tsx`. */
export const paletteTexts = {
  pages: 'Pages',
  settings: 'Settings',
  users: 'Users',
  action: 'Action',
  openAction: 'Open action {asked}',
  tenants: 'Tenants',
  switchTo: 'Switch to {name}',
  do: 'Do',
  listTheShortcuts: 'List the shortcuts',
  themeLight: 'Theme: light',
  themeDark: 'Theme: dark',
  themeAsTheSystem: 'Theme: as the system',
  yourSessions: 'Your sessions',
  signOut: 'Sign out',
  title: 'Find anything',
  find: 'Find',
  placeholder: 'A page, a user, an action id…',
  nothingFound: 'Nothing is called that. Users are found by the beginning of their id.',
} as const;

/** Of `shell/shortcut-list.tsx`. */
export const shortcutListTexts = {
  shortcuts: 'Shortcuts',
  findAnything: 'Find anything',
  controlK: 'Control K',
  keysWithoutCtrl: 'Keys without Ctrl work. Switch them off if you speak or type by aids that press them by mistake.',
} as const;
