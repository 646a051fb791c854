import { z } from 'zod';
import { json, route } from '../route.ts';

const tenantParams = z.object({ tenantId: z.string().describe('Id of the tenant, a UUID.') });
const exampleParams = { tenantId: '7752d28e-e627-4b1b-bb81-b45d68d617bc' };
const exampleIssuer = `https://auth.bank.example/v1/client/public/${exampleParams.tenantId}`;

export const getJwks = route({
  id: 'getJwks',
  method: 'GET',
  path: '/v1/client/public/:tenantId/.well-known/jwks',
  api: 'client',
  credentials: [],
  title: 'Get the key set',
  description:
    'The public keys that the tenant’s session access tokens are signed with, as a JWK set (RFC 7517 §5). Keys that will sign soon are listed in advance, and keys that no longer sign are listed until their last token has expired. Responses may be cached for 5 minutes.',
  group: 'keys',
  params: tenantParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(
    z.object({
      keys: z
        .array(
          z.object({
            kty: z.literal('RSA').describe('Type of the key.'),
            kid: z.string().describe('Id of the key, as the header of a token names it.'),
            use: z.literal('sig').describe('What it is for: signatures.'),
            alg: z.literal('RS256').describe('The signature algorithm.'),
            n: z.string().describe('Modulus of the key, base64url.'),
            e: z.string().describe('Public exponent of the key, base64url.'),
          }),
        )
        .describe('The keys, the newest first.'),
    }),
    { isCacheable: true },
  ),
  example: {
    request: { params: exampleParams },
    reply: {
      keys: [
        {
          kty: 'RSA',
          kid: '0198c19e-3a00-7c21-b5d6-e7f809112233',
          use: 'sig',
          alg: 'RS256',
          n: 'sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw',
          e: 'AQAB',
        },
      ],
    },
  },
  refusals: ['not_found'],
  audit: null,
});

export const getOpenidConfiguration = route({
  id: 'getOpenidConfiguration',
  method: 'GET',
  path: '/v1/client/public/:tenantId/.well-known/openid-configuration',
  api: 'client',
  credentials: [],
  title: 'Get the issuer',
  description:
    'The issuer of the tenant’s session access tokens and the address of their keys: the two members of OpenID Connect Discovery 1.0 §3 that JWT authorizers of API gateways read. Responses may be cached for 5 minutes.',
  group: 'keys',
  params: tenantParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(
    z.object({
      issuer: z.string().describe('`iss` of the tenant’s access tokens, a URL.'),
      jwks_uri: z.string().describe('URL of the key set.'),
    }),
    { isCacheable: true },
  ),
  example: {
    request: { params: exampleParams },
    reply: { issuer: exampleIssuer, jwks_uri: `${exampleIssuer}/.well-known/jwks` },
  },
  refusals: ['not_found'],
  audit: null,
});
