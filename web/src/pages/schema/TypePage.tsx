/** One type of the contract: what it consists of, and what it is used by. */
import { useEffect } from "preact/hooks";
import {
  astFromValue,
  getNamedType,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isUnionType,
  print,
  printType,
} from "graphql";
import { t } from "../../state";
import { argumentsOf, type Contract, fieldsOf, groupName, groupOf, schemaHref, type Use } from "./contract";
import { Words } from "./words";

/** How many uses are shown at once. */
const SHOWN = 40;

interface TypeProps {
  contract: Contract;
  type: GraphQLNamedType;
  field?: string;
}

export function TypePage({ contract, type, field }: TypeProps) {
  const { schema } = contract;
  useEffect(() => {
    if (field === undefined) scrollTo(0, 0);
    else document.getElementById(`${type.name}.${field}`)?.scrollIntoView({ block: "center" });
  }, [type, field]);
  const kin: [string, readonly GraphQLNamedType[]][] = [
    [t("实现的接口", "Implements"), isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : []],
    [t("实现它的类型", "Implemented by"), isInterfaceType(type) ? schema.getPossibleTypes(type) : []],
    [t("成员", "Members"), isUnionType(type) ? type.getTypes() : []],
  ];
  return (
    <section class="panel type" aria-label={type.name}>
      <header>
        <h2>
          <code>{type.name}</code>
          <span class="badge">{groupName(groupOf(type, schema))}</span>
        </h2>
      </header>
      <p lang="en">
        <Words text={type.description} />
      </p>
      {isScalarType(type) && type.specifiedByURL && (
        <p>
          {t("规范:", "Specified by ")}
          <a href={type.specifiedByURL} rel="noreferrer">
            {type.specifiedByURL}
          </a>
        </p>
      )}
      {kin.map(([name, types]) => types.length > 0 && <Names key={name} name={name} types={types} />)}
      <Fields type={type} field={field} />
      <Values type={type} field={field} />
      <Uses uses={contract.uses.get(type.name) ?? []} />
      <details>
        <summary>SDL</summary>
        <pre class="sdl" tabIndex={0} role="region" aria-label={`SDL: ${type.name}`} lang="en">
          {printType(type)}
        </pre>
      </details>
    </section>
  );
}

function Names({ name, types }: { name: string; types: readonly GraphQLNamedType[] }) {
  return (
    <p class="names">
      {name}:{" "}
      {types.map((each) => (
        <a key={each.name} href={schemaHref(each.name)}>
          <code>{each.name}</code>
        </a>
      ))}
    </p>
  );
}

function Fields({ type, field }: { type: GraphQLNamedType; field?: string }) {
  const fields = fieldsOf(type);
  if (!fields.length) return null;
  return (
    <>
      <h3>
        {t("字段", "Fields")} <small>{fields.length}</small>
      </h3>
      <ul class="list fields">
        {fields.map((each) => (
          <li key={each.name} id={`${type.name}.${each.name}`} class={each.name === field ? "here" : undefined}>
            <code class="signature">
              <a href={schemaHref(type.name, each.name)}>
                <b>{each.name}</b>
              </a>
              : <TypeLink type={each.type} />
              {isInputObjectType(type) && <Default of={each as never} />}
            </code>
            <Deprecation reason={each.deprecationReason} />
            <p lang="en">
              <Words text={each.description} />
            </p>
            <Arguments list={argumentsOf(each)} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Arguments({ list }: { list: readonly GraphQLArgument[] }) {
  if (!list.length) return null;
  return (
    <dl class="arguments" aria-label={t("参数", "Arguments")}>
      {list.map((each) => (
        <div key={each.name}>
          <dt>
            <code>
              {each.name}: <TypeLink type={each.type} />
              <Default of={each} />
            </code>
            <Deprecation reason={each.deprecationReason} />
          </dt>
          <dd lang="en">
            <Words text={each.description} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Values({ type, field }: { type: GraphQLNamedType; field?: string }) {
  if (!isEnumType(type)) return null;
  return (
    <>
      <h3>
        {t("值", "Values")} <small>{type.getValues().length}</small>
      </h3>
      <dl class="values">
        {type.getValues().map(({ name, description, deprecationReason }) => (
          <div key={name} id={`${type.name}.${name}`} class={name === field ? "here" : undefined}>
            <dt>
              <code>{name}</code>
              <Deprecation reason={deprecationReason} />
            </dt>
            <dd>
              <Words text={description} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function TypeLink({ type }: { type: GraphQLType }) {
  const { name } = getNamedType(type);
  const [before = "", after = ""] = String(type).split(name);
  return (
    <>
      {before}
      <a href={schemaHref(name)}>{name}</a>
      {after}
    </>
  );
}

/** What is meant when nothing is given; that it is null goes without saying. */
function Default({ of }: { of: GraphQLArgument }) {
  if (of.defaultValue === undefined || of.defaultValue === null) return null;
  const value = astFromValue(of.defaultValue, of.type);
  return value ? <> = {print(value)}</> : null;
}

function Deprecation({ reason }: { reason?: string | null }) {
  if (reason === undefined || reason === null) return null;
  return (
    <span class="deprecated">
      {t("已弃用", "Deprecated")}: <span lang="en">{reason}</span>
    </span>
  );
}

function Uses({ uses }: { uses: Use[] }) {
  const kinds: [string, Use[]][] = [
    [t("由这些字段给出", "Given by"), uses.filter(({ isTaken }) => !isTaken)],
    [t("由这些参数和输入字段接受", "Taken by"), uses.filter(({ isTaken }) => isTaken)],
  ];
  return (
    <>
      {kinds.map(
        ([name, list]) =>
          list.length > 0 && (
            <div key={name}>
              <h3>
                {name} <small>{list.length}</small>
              </h3>
              <UseList uses={list.slice(0, SHOWN)} />
              {list.length > SHOWN && (
                <details>
                  <summary>{t(`其余 ${list.length - SHOWN} 处`, `${list.length - SHOWN} more`)}</summary>
                  <UseList uses={list.slice(SHOWN)} />
                </details>
              )}
            </div>
          ),
      )}
    </>
  );
}

function UseList({ uses }: { uses: Use[] }) {
  return (
    <ul class="uses">
      {uses.map(({ type, field, argument }) => (
        <li key={`${type}.${field}.${argument}`}>
          <a href={schemaHref(type, field)}>
            <code>
              {type}.{field}
              {argument && `(${argument}:)`}
            </code>
          </a>
        </li>
      ))}
    </ul>
  );
}
