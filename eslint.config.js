import nodePlugin from 'eslint-plugin-n';
import tseslint from 'typescript-eslint';

const ambient = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only config/ reads the environment.',
  },
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Take the time from runtime.clock.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Take the time from runtime.clock.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Take randomness from runtime.random.',
  },
  {
    selector: "MemberExpression[object.name='performance'][property.name='now']",
    message: 'Take the time from runtime.clock.',
  },
  {
    selector: 'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]',
    message: 'Take timers from runtime.timers.',
  },
  {
    selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
    message: 'Take time-outs from runtime.timers.',
  },
  {
    selector: 'CallExpression[callee.name=/^(randomUUID|randomBytes|randomInt)$/]',
    message: 'Take ids and randomness from the runtime.',
  },
  {
    selector: "ImportDeclaration[source.value='node:crypto'] ImportSpecifier[imported.name=/^random/]",
    message: 'Take randomness from the runtime.',
  },
];
const threadPool = [
  {
    selector: "ImportDeclaration[source.value='node:dns']",
    message: 'Look-ups of node:dns share the thread pool: take names from delivery/names.ts.',
  },
  {
    selector: "ImportDeclaration[source.value='node:dns/promises'] ImportSpecifier[imported.name!='Resolver']",
    message: 'Look-ups of node:dns share the thread pool: take names from delivery/names.ts.',
  },
];
const sqlText = [
  {
    selector: 'TemplateElement[value.raw=/\\b(now\\(\\)|current_timestamp|gen_random_uuid\\(\\)|uuidv7\\(\\))/i]',
    message: 'SQL takes time and ids as parameters.',
  },
  {
    selector: 'Literal[value=/\\b(now\\(\\)|current_timestamp|gen_random_uuid\\(\\)|uuidv7\\(\\))/i]',
    message: 'SQL takes time and ids as parameters.',
  },
];
const secrets = [
  {
    selector:
      "BinaryExpression[operator=/^[!=]==?$/]:matches([left.name=/(secret|token|signature|digest|hash|hmac|apiKey|password|otp)$/i], [right.name=/(secret|token|signature|digest|hash|hmac|apiKey|password|otp)$/i], [left.property.name=/(secret|token|signature|digest|hash|hmac|apiKey|password|otp)$/i], [right.property.name=/(secret|token|signature|digest|hash|hmac|apiKey|password|otp)$/i]):not([left.name='undefined']):not([right.name='undefined']):not([right.type='Literal']):not([left.type='Literal'])",
    message: 'Compare secrets with digestsEqual: === tells by its time where they differ.',
  },
];
const outerDatabase = [
  {
    selector: "CallExpression[callee.property.name='transaction'] > ArrowFunctionExpression Identifier[name='db']",
    message: 'Inside a transaction use the sql handed in; the outer db would wait for ever on the embedded database.',
  },
  {
    selector:
      "CallExpression[callee.property.name='transaction'] > ArrowFunctionExpression MemberExpression[property.name='db']",
    message: 'Inside a transaction use the sql handed in; the outer db would wait for ever on the embedded database.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.sallyport/', '/coverage/'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.check.json', './tsconfig.ui.json', './tsconfig.portal.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { n: nodePlugin },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
      'n/no-process-exit': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Export by name.' }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: [
      'src/**/*.test.ts',
      'src/runtime/{system-runtime,virtual-runtime,real-pause}.ts',
      'src/testkit/**',
      // Pages run in browsers, which have one clock and one kind of timer.
      'src/ui/**',
      'src/portal/**',
    ],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        ...ambient,
        ...threadPool,
        ...sqlText,
        ...secrets,
        ...outerDatabase,
      ],
    },
  },
  {
    // Rows leave storage in camelCase (`storage/row-types.ts`).
    files: ['src/**/*.{ts,tsx}'],
    ignores: [
      'src/**/*.test.ts',
      // Names that others have given: of errors on the wire, OpenID, JWT, MaxMind, Prometheus, and PostgreSQL and its drivers.
      'src/contract/errors.ts',
      'src/contract/server/session-keys.ts',
      'src/http/metric-list.ts',
      'src/operations/server/get-openid-configuration.ts',
      'src/runtime/tokens.ts',
      'src/testkit/enrichment.ts',
      'src/storage/{connect-to,session-settings,silent-connections,postgres-database,synced-node-fs}.ts',
    ],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: null, custom: { regex: '^[a-z][a-z0-9]*(_[a-z0-9]+)+$', match: false } },
      ],
    },
  },
  {
    // Members of requests are called what the provider calls them.
    files: ['src/delivery/**'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'default', format: null, custom: { regex: '^[a-z][a-z0-9]*(_[a-z0-9]+)+$', match: false } },
        { selector: 'objectLiteralProperty', format: null },
      ],
    },
  },
  { files: ['src/config/load-config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/main.ts'], rules: { 'n/no-process-exit': 'off' } },
  { files: ['*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['bench/**', 'scripts/**', 'examples/**', 'test/**'],
    rules: { 'no-console': 'off', 'n/no-process-exit': 'off' },
  },
);
