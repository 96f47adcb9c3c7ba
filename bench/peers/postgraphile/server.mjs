// PostGraphile 5 as its documentation sets it up for production: the Amber preset, one process, a pool of POOL_SIZE
// connections, no GraphiQL, no watching, no explanations. It serves DATABASE_URL, read-only, on PORT.

import { createServer } from "node:http";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { makeJSONPgSmartTagsPlugin } from "postgraphile/utils";

// A list may be ordered by this column, which stands further back in an index.
const isOrder = { tags: { behavior: "+orderBy" } };

// Links that may leave a district have no foreign key, and those up a tree have one that no index serves downwards, so
// they are named here.
const tags = makeJSONPgSmartTagsPlugin({
  version: 1,
  config: {
    class: {
      "postgraphile.district": { tags: { primaryKey: "code" } },
      "public.area": {
        tags: { foreignKey: "(parent_id) references public.area (id)|@fieldName parent|@foreignFieldName children" },
      },
      "public.platform": {
        tags: {
          foreignKey: [
            "(district) references postgraphile.district (code)|@foreignFieldName platforms",
            "(district, parent_id) references public.platform (district, id)|@fieldName parent|@foreignFieldName children",
          ],
        },
        attribute: { id: isOrder },
      },
      "public.membership": {
        tags: {
          foreignKey: "(member_district, member_id) references public.member (district, id)|@fieldName member",
        },
        attribute: { id: isOrder },
      },
      "public.event": { attribute: { id: isOrder } },
      "public.event_platform": {
        tags: {
          foreignKey: [
            "(platform_district, platform_id) references public.platform (district, id)|@foreignFieldName events",
            "(district, event_id) references public.event (district, id)|@fieldName event",
          ],
        },
      },
      "public.event_participant": {
        tags: { foreignKey: "(participant) references postgraphile.district (code)|@foreignFieldName participations" },
      },
      "public.attendance": {
        tags: {
          foreignKey: [
            "(member_district, member_id) references public.member (district, id)|@foreignFieldName attendances",
            "(district, event_id) references public.event (district, id)|@fieldName event",
          ],
        },
        attribute: { id: isOrder },
      },
      "public.result": {
        tags: { foreignKey: "(district) references postgraphile.district (code)|@foreignFieldName results" },
        attribute: { status: { tags: { behavior: "+filterBy" } } },
      },
    },
  },
});

const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  plugins: [tags],
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public", "postgraphile"],
      poolConfig: { max: Number(process.env.POOL_SIZE), options: "-c default_transaction_read_only=on" },
    }),
  ],
  grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: false, watch: false },
  grafast: { explain: false },
};

const server = createServer();
await postgraphile(preset).createServ(grafserv).addTo(server);
server.listen(Number(process.env.PORT), "127.0.0.1");
