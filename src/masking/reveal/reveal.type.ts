import { GraphQLJSON } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { BodyType } from '../../graphql/body.type';
import { HttpHeaderType } from '../../request-log/api/request-log.type';

@ObjectType('RevealedContent', {
  simpleResolvers: true,
  description: 'Content of a request without masks. Parts that were not asked for are null.',
})
export class RevealedContentType {
  @Field(() => GraphQLJSON, { nullable: true, description: 'DATA: as `data` of the request.' })
  data: unknown;

  @Field(() => BodyType, { nullable: true, description: 'DATA: as `dataBody` of the request.' })
  dataBody: object | null;

  @Field(() => [HttpHeaderType], { nullable: true, description: 'HEADERS: the request headers, at most 200.' })
  headerList: HttpHeaderType[] | null;

  @Field(() => GraphQLJSON, { nullable: true, description: 'RESPONSE: as `response` of the request.' })
  response: unknown;

  @Field(() => BodyType, { nullable: true, description: 'RESPONSE: as `responseBody` of the request.' })
  responseBody: object | null;

  @Field(() => [HttpHeaderType], {
    nullable: true,
    description: 'RESPONSE_HEADERS: the response headers, at most 32 KiB.',
  })
  responseHeaderList: HttpHeaderType[] | null;
}
