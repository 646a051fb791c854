import { z } from 'zod';
import { route } from '../route.ts';

const tenantParams = z.object({ tenantId: z.string() });

export const getJwks = route({
  id: 'getJwks',
  method: 'GET',
  path: '/v1/client/public/:tenantId/.well-known/jwks',
  caller: 'public',
  isCacheable: true,
  summary: 'The public keys of session access tokens, as a JWK set (RFC 7517 §5).',
  params: tenantParams,
  query: z.object({}),
  body: z.object({}),
  reply: z.object({
    keys: z.array(
      z.object({
        kty: z.literal('RSA'),
        kid: z.string(),
        use: z.literal('sig'),
        alg: z.literal('RS256'),
        n: z.string(),
        e: z.string(),
      }),
    ),
  }),
  refusals: ['not_found'],
  audit: null,
});

export const getOpenidConfiguration = route({
  id: 'getOpenidConfiguration',
  method: 'GET',
  path: '/v1/client/public/:tenantId/.well-known/openid-configuration',
  caller: 'public',
  isCacheable: true,
  summary:
    'Issuer and key address for JWT authorizers of gateways (OpenID Connect Discovery 1.0 §3, the two members they read).',
  params: tenantParams,
  query: z.object({}),
  body: z.object({}),
  reply: z.object({ issuer: z.string(), jwks_uri: z.string() }),
  refusals: ['not_found'],
  audit: null,
});
