import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace buildkit. */
export namespace buildkit {

    /** Namespace control. */
    namespace control {

        /**
         * Properties of a Timestamp.
         * @deprecated Use buildkit.control.Timestamp.$Properties instead.
         */
        interface ITimestamp extends buildkit.control.Timestamp.$Properties {
        }

        /** Represents a Timestamp. */
        class Timestamp {

            /**
             * Constructs a new Timestamp.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Timestamp.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Timestamp seconds. */
            seconds: number;

            /** Timestamp nanos. */
            nanos: number;

            /**
             * Creates a new Timestamp instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Timestamp instance
             */
            static create(properties: buildkit.control.Timestamp.$Shape): buildkit.control.Timestamp & buildkit.control.Timestamp.$Shape;
            static create(properties?: buildkit.control.Timestamp.$Properties): buildkit.control.Timestamp;

            /**
             * Encodes the specified Timestamp message. Does not implicitly {@link buildkit.control.Timestamp.verify|verify} messages.
             * @param message Timestamp message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Timestamp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Timestamp message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Timestamp & buildkit.control.Timestamp.$Shape} Timestamp
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Timestamp & buildkit.control.Timestamp.$Shape;
        }

        namespace Timestamp {

            /** Properties of a Timestamp. */
            interface $Properties {

                /** Timestamp seconds */
                seconds?: (number|null);

                /** Timestamp nanos */
                nanos?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Timestamp. */
            type $Shape = buildkit.control.Timestamp.$Properties;
        }

        /**
         * Properties of a Platform.
         * @deprecated Use buildkit.control.Platform.$Properties instead.
         */
        interface IPlatform extends buildkit.control.Platform.$Properties {
        }

        /** Represents a Platform. */
        class Platform {

            /**
             * Constructs a new Platform.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Platform.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Platform architecture. */
            architecture: string;

            /** Platform os. */
            os: string;

            /** Platform variant. */
            variant: string;

            /**
             * Creates a new Platform instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Platform instance
             */
            static create(properties: buildkit.control.Platform.$Shape): buildkit.control.Platform & buildkit.control.Platform.$Shape;
            static create(properties?: buildkit.control.Platform.$Properties): buildkit.control.Platform;

            /**
             * Encodes the specified Platform message. Does not implicitly {@link buildkit.control.Platform.verify|verify} messages.
             * @param message Platform message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Platform.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Platform message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Platform & buildkit.control.Platform.$Shape} Platform
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Platform & buildkit.control.Platform.$Shape;
        }

        namespace Platform {

            /** Properties of a Platform. */
            interface $Properties {

                /** Platform architecture */
                architecture?: (string|null);

                /** Platform os */
                os?: (string|null);

                /** Platform variant */
                variant?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Platform. */
            type $Shape = buildkit.control.Platform.$Properties;
        }

        /**
         * Properties of a BuildkitVersion.
         * @deprecated Use buildkit.control.BuildkitVersion.$Properties instead.
         */
        interface IBuildkitVersion extends buildkit.control.BuildkitVersion.$Properties {
        }

        /** Represents a BuildkitVersion. */
        class BuildkitVersion {

            /**
             * Constructs a new BuildkitVersion.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.BuildkitVersion.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BuildkitVersion package. */
            package: string;

            /** BuildkitVersion version. */
            version: string;

            /** BuildkitVersion revision. */
            revision: string;

            /**
             * Creates a new BuildkitVersion instance using the specified properties.
             * @param [properties] Properties to set
             * @returns BuildkitVersion instance
             */
            static create(properties: buildkit.control.BuildkitVersion.$Shape): buildkit.control.BuildkitVersion & buildkit.control.BuildkitVersion.$Shape;
            static create(properties?: buildkit.control.BuildkitVersion.$Properties): buildkit.control.BuildkitVersion;

            /**
             * Encodes the specified BuildkitVersion message. Does not implicitly {@link buildkit.control.BuildkitVersion.verify|verify} messages.
             * @param message BuildkitVersion message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.BuildkitVersion.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BuildkitVersion message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.BuildkitVersion & buildkit.control.BuildkitVersion.$Shape} BuildkitVersion
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.BuildkitVersion & buildkit.control.BuildkitVersion.$Shape;
        }

        namespace BuildkitVersion {

            /** Properties of a BuildkitVersion. */
            interface $Properties {

                /** BuildkitVersion package */
                "package"?: (string|null);

                /** BuildkitVersion version */
                version?: (string|null);

                /** BuildkitVersion revision */
                revision?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BuildkitVersion. */
            type $Shape = buildkit.control.BuildkitVersion.$Properties;
        }

        /**
         * Properties of a WorkerRecord.
         * @deprecated Use buildkit.control.WorkerRecord.$Properties instead.
         */
        interface IWorkerRecord extends buildkit.control.WorkerRecord.$Properties {
        }

        /** Represents a WorkerRecord. */
        class WorkerRecord {

            /**
             * Constructs a new WorkerRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.WorkerRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WorkerRecord id. */
            id: string;

            /** WorkerRecord labels. */
            labels: { [k: string]: string };

            /** WorkerRecord platforms. */
            platforms: buildkit.control.Platform.$Properties[];

            /** WorkerRecord buildkitVersion. */
            buildkitVersion?: (buildkit.control.BuildkitVersion.$Properties|null);

            /**
             * Creates a new WorkerRecord instance using the specified properties.
             * @param [properties] Properties to set
             * @returns WorkerRecord instance
             */
            static create(properties: buildkit.control.WorkerRecord.$Shape): buildkit.control.WorkerRecord & buildkit.control.WorkerRecord.$Shape;
            static create(properties?: buildkit.control.WorkerRecord.$Properties): buildkit.control.WorkerRecord;

            /**
             * Encodes the specified WorkerRecord message. Does not implicitly {@link buildkit.control.WorkerRecord.verify|verify} messages.
             * @param message WorkerRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.WorkerRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WorkerRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.WorkerRecord & buildkit.control.WorkerRecord.$Shape} WorkerRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.WorkerRecord & buildkit.control.WorkerRecord.$Shape;
        }

        namespace WorkerRecord {

            /** Properties of a WorkerRecord. */
            interface $Properties {

                /** WorkerRecord id */
                id?: (string|null);

                /** WorkerRecord labels */
                labels?: ({ [k: string]: string }|null);

                /** WorkerRecord platforms */
                platforms?: (buildkit.control.Platform.$Properties[]|null);

                /** WorkerRecord buildkitVersion */
                buildkitVersion?: (buildkit.control.BuildkitVersion.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WorkerRecord. */
            type $Shape = buildkit.control.WorkerRecord.$Properties;
        }

        /**
         * Properties of a ListWorkersResponse.
         * @deprecated Use buildkit.control.ListWorkersResponse.$Properties instead.
         */
        interface IListWorkersResponse extends buildkit.control.ListWorkersResponse.$Properties {
        }

        /** Represents a ListWorkersResponse. */
        class ListWorkersResponse {

            /**
             * Constructs a new ListWorkersResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.ListWorkersResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListWorkersResponse record. */
            record: buildkit.control.WorkerRecord.$Properties[];

            /**
             * Creates a new ListWorkersResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ListWorkersResponse instance
             */
            static create(properties: buildkit.control.ListWorkersResponse.$Shape): buildkit.control.ListWorkersResponse & buildkit.control.ListWorkersResponse.$Shape;
            static create(properties?: buildkit.control.ListWorkersResponse.$Properties): buildkit.control.ListWorkersResponse;

            /**
             * Encodes the specified ListWorkersResponse message. Does not implicitly {@link buildkit.control.ListWorkersResponse.verify|verify} messages.
             * @param message ListWorkersResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.ListWorkersResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListWorkersResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.ListWorkersResponse & buildkit.control.ListWorkersResponse.$Shape} ListWorkersResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.ListWorkersResponse & buildkit.control.ListWorkersResponse.$Shape;
        }

        namespace ListWorkersResponse {

            /** Properties of a ListWorkersResponse. */
            interface $Properties {

                /** ListWorkersResponse record */
                record?: (buildkit.control.WorkerRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListWorkersResponse. */
            type $Shape = buildkit.control.ListWorkersResponse.$Properties;
        }

        /**
         * Properties of an InfoResponse.
         * @deprecated Use buildkit.control.InfoResponse.$Properties instead.
         */
        interface IInfoResponse extends buildkit.control.InfoResponse.$Properties {
        }

        /** Represents an InfoResponse. */
        class InfoResponse {

            /**
             * Constructs a new InfoResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.InfoResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** InfoResponse buildkitVersion. */
            buildkitVersion?: (buildkit.control.BuildkitVersion.$Properties|null);

            /**
             * Creates a new InfoResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns InfoResponse instance
             */
            static create(properties: buildkit.control.InfoResponse.$Shape): buildkit.control.InfoResponse & buildkit.control.InfoResponse.$Shape;
            static create(properties?: buildkit.control.InfoResponse.$Properties): buildkit.control.InfoResponse;

            /**
             * Encodes the specified InfoResponse message. Does not implicitly {@link buildkit.control.InfoResponse.verify|verify} messages.
             * @param message InfoResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.InfoResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an InfoResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.InfoResponse & buildkit.control.InfoResponse.$Shape} InfoResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.InfoResponse & buildkit.control.InfoResponse.$Shape;
        }

        namespace InfoResponse {

            /** Properties of an InfoResponse. */
            interface $Properties {

                /** InfoResponse buildkitVersion */
                buildkitVersion?: (buildkit.control.BuildkitVersion.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an InfoResponse. */
            type $Shape = buildkit.control.InfoResponse.$Properties;
        }

        /**
         * Properties of an OpMetadata.
         * @deprecated Use buildkit.control.OpMetadata.$Properties instead.
         */
        interface IOpMetadata extends buildkit.control.OpMetadata.$Properties {
        }

        /** Represents an OpMetadata. */
        class OpMetadata {

            /**
             * Constructs a new OpMetadata.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.OpMetadata.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new OpMetadata instance using the specified properties.
             * @param [properties] Properties to set
             * @returns OpMetadata instance
             */
            static create(properties: buildkit.control.OpMetadata.$Shape): buildkit.control.OpMetadata & buildkit.control.OpMetadata.$Shape;
            static create(properties?: buildkit.control.OpMetadata.$Properties): buildkit.control.OpMetadata;

            /**
             * Encodes the specified OpMetadata message. Does not implicitly {@link buildkit.control.OpMetadata.verify|verify} messages.
             * @param message OpMetadata message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.OpMetadata.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OpMetadata message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.OpMetadata & buildkit.control.OpMetadata.$Shape} OpMetadata
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.OpMetadata & buildkit.control.OpMetadata.$Shape;
        }

        namespace OpMetadata {

            /** Properties of an OpMetadata. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OpMetadata. */
            type $Shape = buildkit.control.OpMetadata.$Properties;
        }

        /**
         * Properties of a Definition.
         * @deprecated Use buildkit.control.Definition.$Properties instead.
         */
        interface IDefinition extends buildkit.control.Definition.$Properties {
        }

        /** Represents a Definition. */
        class Definition {

            /**
             * Constructs a new Definition.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Definition.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Definition def. */
            def: Uint8Array[];

            /** Definition metadata. */
            metadata: { [k: string]: buildkit.control.OpMetadata.$Properties };

            /**
             * Creates a new Definition instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Definition instance
             */
            static create(properties: buildkit.control.Definition.$Shape): buildkit.control.Definition & buildkit.control.Definition.$Shape;
            static create(properties?: buildkit.control.Definition.$Properties): buildkit.control.Definition;

            /**
             * Encodes the specified Definition message. Does not implicitly {@link buildkit.control.Definition.verify|verify} messages.
             * @param message Definition message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Definition.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Definition message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Definition & buildkit.control.Definition.$Shape} Definition
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Definition & buildkit.control.Definition.$Shape;
        }

        namespace Definition {

            /** Properties of a Definition. */
            interface $Properties {

                /** Definition def */
                def?: (Uint8Array[]|null);

                /** Definition metadata */
                metadata?: ({ [k: string]: buildkit.control.OpMetadata.$Properties }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Definition. */
            type $Shape = buildkit.control.Definition.$Properties;
        }

        /**
         * Properties of an Input.
         * @deprecated Use buildkit.control.Input.$Properties instead.
         */
        interface IInput extends buildkit.control.Input.$Properties {
        }

        /** Represents an Input. */
        class Input {

            /**
             * Constructs a new Input.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Input.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Input digest. */
            digest: string;

            /** Input index. */
            index: number;

            /**
             * Creates a new Input instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Input instance
             */
            static create(properties: buildkit.control.Input.$Shape): buildkit.control.Input & buildkit.control.Input.$Shape;
            static create(properties?: buildkit.control.Input.$Properties): buildkit.control.Input;

            /**
             * Encodes the specified Input message. Does not implicitly {@link buildkit.control.Input.verify|verify} messages.
             * @param message Input message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Input.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Input message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Input & buildkit.control.Input.$Shape} Input
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Input & buildkit.control.Input.$Shape;
        }

        namespace Input {

            /** Properties of an Input. */
            interface $Properties {

                /** Input digest */
                digest?: (string|null);

                /** Input index */
                index?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Input. */
            type $Shape = buildkit.control.Input.$Properties;
        }

        /**
         * Properties of a SourceOp.
         * @deprecated Use buildkit.control.SourceOp.$Properties instead.
         */
        interface ISourceOp extends buildkit.control.SourceOp.$Properties {
        }

        /** Represents a SourceOp. */
        class SourceOp {

            /**
             * Constructs a new SourceOp.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.SourceOp.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SourceOp identifier. */
            identifier: string;

            /** SourceOp attrs. */
            attrs: { [k: string]: string };

            /**
             * Creates a new SourceOp instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SourceOp instance
             */
            static create(properties: buildkit.control.SourceOp.$Shape): buildkit.control.SourceOp & buildkit.control.SourceOp.$Shape;
            static create(properties?: buildkit.control.SourceOp.$Properties): buildkit.control.SourceOp;

            /**
             * Encodes the specified SourceOp message. Does not implicitly {@link buildkit.control.SourceOp.verify|verify} messages.
             * @param message SourceOp message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.SourceOp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SourceOp message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.SourceOp & buildkit.control.SourceOp.$Shape} SourceOp
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.SourceOp & buildkit.control.SourceOp.$Shape;
        }

        namespace SourceOp {

            /** Properties of a SourceOp. */
            interface $Properties {

                /** SourceOp identifier */
                identifier?: (string|null);

                /** SourceOp attrs */
                attrs?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SourceOp. */
            type $Shape = buildkit.control.SourceOp.$Properties;
        }

        /**
         * Properties of an Op.
         * @deprecated Use buildkit.control.Op.$Properties instead.
         */
        interface IOp extends buildkit.control.Op.$Properties {
        }

        /** Represents an Op. */
        class Op {

            /**
             * Constructs a new Op.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Op.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Op inputs. */
            inputs: buildkit.control.Input.$Properties[];

            /** Op source. */
            source?: (buildkit.control.SourceOp.$Properties|null);

            /**
             * Creates a new Op instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Op instance
             */
            static create(properties: buildkit.control.Op.$Shape): buildkit.control.Op & buildkit.control.Op.$Shape;
            static create(properties?: buildkit.control.Op.$Properties): buildkit.control.Op;

            /**
             * Encodes the specified Op message. Does not implicitly {@link buildkit.control.Op.verify|verify} messages.
             * @param message Op message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Op.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Op message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Op & buildkit.control.Op.$Shape} Op
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Op & buildkit.control.Op.$Shape;
        }

        namespace Op {

            /** Properties of an Op. */
            interface $Properties {

                /** Op inputs */
                inputs?: (buildkit.control.Input.$Properties[]|null);

                /** Op source */
                source?: (buildkit.control.SourceOp.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Op. */
            type $Shape = buildkit.control.Op.$Properties;
        }

        /**
         * Properties of an Exporter.
         * @deprecated Use buildkit.control.Exporter.$Properties instead.
         */
        interface IExporter extends buildkit.control.Exporter.$Properties {
        }

        /** Represents an Exporter. */
        class Exporter {

            /**
             * Constructs a new Exporter.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Exporter.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Exporter type. */
            type: string;

            /** Exporter attrs. */
            attrs: { [k: string]: string };

            /**
             * Creates a new Exporter instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Exporter instance
             */
            static create(properties: buildkit.control.Exporter.$Shape): buildkit.control.Exporter & buildkit.control.Exporter.$Shape;
            static create(properties?: buildkit.control.Exporter.$Properties): buildkit.control.Exporter;

            /**
             * Encodes the specified Exporter message. Does not implicitly {@link buildkit.control.Exporter.verify|verify} messages.
             * @param message Exporter message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Exporter.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Exporter message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Exporter & buildkit.control.Exporter.$Shape} Exporter
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Exporter & buildkit.control.Exporter.$Shape;
        }

        namespace Exporter {

            /** Properties of an Exporter. */
            interface $Properties {

                /** Exporter type */
                type?: (string|null);

                /** Exporter attrs */
                attrs?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Exporter. */
            type $Shape = buildkit.control.Exporter.$Properties;
        }

        /**
         * Properties of a CacheOptionsEntry.
         * @deprecated Use buildkit.control.CacheOptionsEntry.$Properties instead.
         */
        interface ICacheOptionsEntry extends buildkit.control.CacheOptionsEntry.$Properties {
        }

        /** Represents a CacheOptionsEntry. */
        class CacheOptionsEntry {

            /**
             * Constructs a new CacheOptionsEntry.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.CacheOptionsEntry.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CacheOptionsEntry type. */
            type: string;

            /** CacheOptionsEntry attrs. */
            attrs: { [k: string]: string };

            /**
             * Creates a new CacheOptionsEntry instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CacheOptionsEntry instance
             */
            static create(properties: buildkit.control.CacheOptionsEntry.$Shape): buildkit.control.CacheOptionsEntry & buildkit.control.CacheOptionsEntry.$Shape;
            static create(properties?: buildkit.control.CacheOptionsEntry.$Properties): buildkit.control.CacheOptionsEntry;

            /**
             * Encodes the specified CacheOptionsEntry message. Does not implicitly {@link buildkit.control.CacheOptionsEntry.verify|verify} messages.
             * @param message CacheOptionsEntry message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.CacheOptionsEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CacheOptionsEntry message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.CacheOptionsEntry & buildkit.control.CacheOptionsEntry.$Shape} CacheOptionsEntry
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.CacheOptionsEntry & buildkit.control.CacheOptionsEntry.$Shape;
        }

        namespace CacheOptionsEntry {

            /** Properties of a CacheOptionsEntry. */
            interface $Properties {

                /** CacheOptionsEntry type */
                type?: (string|null);

                /** CacheOptionsEntry attrs */
                attrs?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CacheOptionsEntry. */
            type $Shape = buildkit.control.CacheOptionsEntry.$Properties;
        }

        /**
         * Properties of a CacheOptions.
         * @deprecated Use buildkit.control.CacheOptions.$Properties instead.
         */
        interface ICacheOptions extends buildkit.control.CacheOptions.$Properties {
        }

        /** Represents a CacheOptions. */
        class CacheOptions {

            /**
             * Constructs a new CacheOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.CacheOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CacheOptions exports. */
            exports: buildkit.control.CacheOptionsEntry.$Properties[];

            /** CacheOptions imports. */
            imports: buildkit.control.CacheOptionsEntry.$Properties[];

            /**
             * Creates a new CacheOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CacheOptions instance
             */
            static create(properties: buildkit.control.CacheOptions.$Shape): buildkit.control.CacheOptions & buildkit.control.CacheOptions.$Shape;
            static create(properties?: buildkit.control.CacheOptions.$Properties): buildkit.control.CacheOptions;

            /**
             * Encodes the specified CacheOptions message. Does not implicitly {@link buildkit.control.CacheOptions.verify|verify} messages.
             * @param message CacheOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.CacheOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CacheOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.CacheOptions & buildkit.control.CacheOptions.$Shape} CacheOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.CacheOptions & buildkit.control.CacheOptions.$Shape;
        }

        namespace CacheOptions {

            /** Properties of a CacheOptions. */
            interface $Properties {

                /** CacheOptions exports */
                exports?: (buildkit.control.CacheOptionsEntry.$Properties[]|null);

                /** CacheOptions imports */
                imports?: (buildkit.control.CacheOptionsEntry.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CacheOptions. */
            type $Shape = buildkit.control.CacheOptions.$Properties;
        }

        /**
         * Properties of a SolveRequest.
         * @deprecated Use buildkit.control.SolveRequest.$Properties instead.
         */
        interface ISolveRequest extends buildkit.control.SolveRequest.$Properties {
        }

        /** Represents a SolveRequest. */
        class SolveRequest {

            /**
             * Constructs a new SolveRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.SolveRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SolveRequest ref. */
            ref: string;

            /** SolveRequest definition. */
            definition?: (buildkit.control.Definition.$Properties|null);

            /** SolveRequest exporterDeprecated. */
            exporterDeprecated: string;

            /** SolveRequest exporterAttrsDeprecated. */
            exporterAttrsDeprecated: { [k: string]: string };

            /** SolveRequest session. */
            session: string;

            /** SolveRequest frontend. */
            frontend: string;

            /** SolveRequest frontendAttrs. */
            frontendAttrs: { [k: string]: string };

            /** SolveRequest cache. */
            cache?: (buildkit.control.CacheOptions.$Properties|null);

            /** SolveRequest frontendInputs. */
            frontendInputs: { [k: string]: buildkit.control.Definition.$Properties };

            /** SolveRequest sourcePolicy. */
            sourcePolicy: Uint8Array;

            /** SolveRequest exporters. */
            exporters: buildkit.control.Exporter.$Properties[];

            /** SolveRequest sourcePolicySession. */
            sourcePolicySession: string;

            /** SolveRequest proxyNetwork. */
            proxyNetwork: boolean;

            /**
             * Creates a new SolveRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SolveRequest instance
             */
            static create(properties: buildkit.control.SolveRequest.$Shape): buildkit.control.SolveRequest & buildkit.control.SolveRequest.$Shape;
            static create(properties?: buildkit.control.SolveRequest.$Properties): buildkit.control.SolveRequest;

            /**
             * Encodes the specified SolveRequest message. Does not implicitly {@link buildkit.control.SolveRequest.verify|verify} messages.
             * @param message SolveRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.SolveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SolveRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.SolveRequest & buildkit.control.SolveRequest.$Shape} SolveRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.SolveRequest & buildkit.control.SolveRequest.$Shape;
        }

        namespace SolveRequest {

            /** Properties of a SolveRequest. */
            interface $Properties {

                /** SolveRequest ref */
                ref?: (string|null);

                /** SolveRequest definition */
                definition?: (buildkit.control.Definition.$Properties|null);

                /** SolveRequest exporterDeprecated */
                exporterDeprecated?: (string|null);

                /** SolveRequest exporterAttrsDeprecated */
                exporterAttrsDeprecated?: ({ [k: string]: string }|null);

                /** SolveRequest session */
                session?: (string|null);

                /** SolveRequest frontend */
                frontend?: (string|null);

                /** SolveRequest frontendAttrs */
                frontendAttrs?: ({ [k: string]: string }|null);

                /** SolveRequest cache */
                cache?: (buildkit.control.CacheOptions.$Properties|null);

                /** SolveRequest frontendInputs */
                frontendInputs?: ({ [k: string]: buildkit.control.Definition.$Properties }|null);

                /** SolveRequest sourcePolicy */
                sourcePolicy?: (Uint8Array|null);

                /** SolveRequest exporters */
                exporters?: (buildkit.control.Exporter.$Properties[]|null);

                /** SolveRequest sourcePolicySession */
                sourcePolicySession?: (string|null);

                /** SolveRequest proxyNetwork */
                proxyNetwork?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SolveRequest. */
            type $Shape = buildkit.control.SolveRequest.$Properties;
        }

        /**
         * Properties of a SolveResponse.
         * @deprecated Use buildkit.control.SolveResponse.$Properties instead.
         */
        interface ISolveResponse extends buildkit.control.SolveResponse.$Properties {
        }

        /** Represents a SolveResponse. */
        class SolveResponse {

            /**
             * Constructs a new SolveResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.SolveResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SolveResponse exporterResponse. */
            exporterResponse: { [k: string]: string };

            /**
             * Creates a new SolveResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SolveResponse instance
             */
            static create(properties: buildkit.control.SolveResponse.$Shape): buildkit.control.SolveResponse & buildkit.control.SolveResponse.$Shape;
            static create(properties?: buildkit.control.SolveResponse.$Properties): buildkit.control.SolveResponse;

            /**
             * Encodes the specified SolveResponse message. Does not implicitly {@link buildkit.control.SolveResponse.verify|verify} messages.
             * @param message SolveResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.SolveResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SolveResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.SolveResponse & buildkit.control.SolveResponse.$Shape} SolveResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.SolveResponse & buildkit.control.SolveResponse.$Shape;
        }

        namespace SolveResponse {

            /** Properties of a SolveResponse. */
            interface $Properties {

                /** SolveResponse exporterResponse */
                exporterResponse?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SolveResponse. */
            type $Shape = buildkit.control.SolveResponse.$Properties;
        }

        /**
         * Properties of a StatusRequest.
         * @deprecated Use buildkit.control.StatusRequest.$Properties instead.
         */
        interface IStatusRequest extends buildkit.control.StatusRequest.$Properties {
        }

        /** Represents a StatusRequest. */
        class StatusRequest {

            /**
             * Constructs a new StatusRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.StatusRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StatusRequest ref. */
            ref: string;

            /**
             * Creates a new StatusRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StatusRequest instance
             */
            static create(properties: buildkit.control.StatusRequest.$Shape): buildkit.control.StatusRequest & buildkit.control.StatusRequest.$Shape;
            static create(properties?: buildkit.control.StatusRequest.$Properties): buildkit.control.StatusRequest;

            /**
             * Encodes the specified StatusRequest message. Does not implicitly {@link buildkit.control.StatusRequest.verify|verify} messages.
             * @param message StatusRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.StatusRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StatusRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.StatusRequest & buildkit.control.StatusRequest.$Shape} StatusRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.StatusRequest & buildkit.control.StatusRequest.$Shape;
        }

        namespace StatusRequest {

            /** Properties of a StatusRequest. */
            interface $Properties {

                /** StatusRequest ref */
                ref?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StatusRequest. */
            type $Shape = buildkit.control.StatusRequest.$Properties;
        }

        /**
         * Properties of a Vertex.
         * @deprecated Use buildkit.control.Vertex.$Properties instead.
         */
        interface IVertex extends buildkit.control.Vertex.$Properties {
        }

        /** Represents a Vertex. */
        class Vertex {

            /**
             * Constructs a new Vertex.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Vertex.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Vertex digest. */
            digest: string;

            /** Vertex name. */
            name: string;

            /** Vertex cached. */
            cached: boolean;

            /** Vertex started. */
            started?: (buildkit.control.Timestamp.$Properties|null);

            /** Vertex completed. */
            completed?: (buildkit.control.Timestamp.$Properties|null);

            /** Vertex error. */
            error: string;

            /**
             * Creates a new Vertex instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Vertex instance
             */
            static create(properties: buildkit.control.Vertex.$Shape): buildkit.control.Vertex & buildkit.control.Vertex.$Shape;
            static create(properties?: buildkit.control.Vertex.$Properties): buildkit.control.Vertex;

            /**
             * Encodes the specified Vertex message. Does not implicitly {@link buildkit.control.Vertex.verify|verify} messages.
             * @param message Vertex message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Vertex.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Vertex message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Vertex & buildkit.control.Vertex.$Shape} Vertex
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Vertex & buildkit.control.Vertex.$Shape;
        }

        namespace Vertex {

            /** Properties of a Vertex. */
            interface $Properties {

                /** Vertex digest */
                digest?: (string|null);

                /** Vertex name */
                name?: (string|null);

                /** Vertex cached */
                cached?: (boolean|null);

                /** Vertex started */
                started?: (buildkit.control.Timestamp.$Properties|null);

                /** Vertex completed */
                completed?: (buildkit.control.Timestamp.$Properties|null);

                /** Vertex error */
                error?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Vertex. */
            type $Shape = buildkit.control.Vertex.$Properties;
        }

        /**
         * Properties of a VertexStatus.
         * @deprecated Use buildkit.control.VertexStatus.$Properties instead.
         */
        interface IVertexStatus extends buildkit.control.VertexStatus.$Properties {
        }

        /** Represents a VertexStatus. */
        class VertexStatus {

            /**
             * Constructs a new VertexStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.VertexStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VertexStatus id. */
            id: string;

            /** VertexStatus vertex. */
            vertex: string;

            /** VertexStatus name. */
            name: string;

            /** VertexStatus current. */
            current: number;

            /** VertexStatus total. */
            total: number;

            /** VertexStatus timestamp. */
            timestamp?: (buildkit.control.Timestamp.$Properties|null);

            /** VertexStatus started. */
            started?: (buildkit.control.Timestamp.$Properties|null);

            /** VertexStatus completed. */
            completed?: (buildkit.control.Timestamp.$Properties|null);

            /**
             * Creates a new VertexStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VertexStatus instance
             */
            static create(properties: buildkit.control.VertexStatus.$Shape): buildkit.control.VertexStatus & buildkit.control.VertexStatus.$Shape;
            static create(properties?: buildkit.control.VertexStatus.$Properties): buildkit.control.VertexStatus;

            /**
             * Encodes the specified VertexStatus message. Does not implicitly {@link buildkit.control.VertexStatus.verify|verify} messages.
             * @param message VertexStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.VertexStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VertexStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.VertexStatus & buildkit.control.VertexStatus.$Shape} VertexStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.VertexStatus & buildkit.control.VertexStatus.$Shape;
        }

        namespace VertexStatus {

            /** Properties of a VertexStatus. */
            interface $Properties {

                /** VertexStatus id */
                id?: (string|null);

                /** VertexStatus vertex */
                vertex?: (string|null);

                /** VertexStatus name */
                name?: (string|null);

                /** VertexStatus current */
                current?: (number|null);

                /** VertexStatus total */
                total?: (number|null);

                /** VertexStatus timestamp */
                timestamp?: (buildkit.control.Timestamp.$Properties|null);

                /** VertexStatus started */
                started?: (buildkit.control.Timestamp.$Properties|null);

                /** VertexStatus completed */
                completed?: (buildkit.control.Timestamp.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VertexStatus. */
            type $Shape = buildkit.control.VertexStatus.$Properties;
        }

        /**
         * Properties of a VertexLog.
         * @deprecated Use buildkit.control.VertexLog.$Properties instead.
         */
        interface IVertexLog extends buildkit.control.VertexLog.$Properties {
        }

        /** Represents a VertexLog. */
        class VertexLog {

            /**
             * Constructs a new VertexLog.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.VertexLog.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VertexLog vertex. */
            vertex: string;

            /** VertexLog timestamp. */
            timestamp?: (buildkit.control.Timestamp.$Properties|null);

            /** VertexLog stream. */
            stream: number;

            /** VertexLog msg. */
            msg: Uint8Array;

            /**
             * Creates a new VertexLog instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VertexLog instance
             */
            static create(properties: buildkit.control.VertexLog.$Shape): buildkit.control.VertexLog & buildkit.control.VertexLog.$Shape;
            static create(properties?: buildkit.control.VertexLog.$Properties): buildkit.control.VertexLog;

            /**
             * Encodes the specified VertexLog message. Does not implicitly {@link buildkit.control.VertexLog.verify|verify} messages.
             * @param message VertexLog message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.VertexLog.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VertexLog message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.VertexLog & buildkit.control.VertexLog.$Shape} VertexLog
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.VertexLog & buildkit.control.VertexLog.$Shape;
        }

        namespace VertexLog {

            /** Properties of a VertexLog. */
            interface $Properties {

                /** VertexLog vertex */
                vertex?: (string|null);

                /** VertexLog timestamp */
                timestamp?: (buildkit.control.Timestamp.$Properties|null);

                /** VertexLog stream */
                stream?: (number|null);

                /** VertexLog msg */
                msg?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VertexLog. */
            type $Shape = buildkit.control.VertexLog.$Properties;
        }

        /**
         * Properties of a StatusResponse.
         * @deprecated Use buildkit.control.StatusResponse.$Properties instead.
         */
        interface IStatusResponse extends buildkit.control.StatusResponse.$Properties {
        }

        /** Represents a StatusResponse. */
        class StatusResponse {

            /**
             * Constructs a new StatusResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.StatusResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StatusResponse vertexes. */
            vertexes: buildkit.control.Vertex.$Properties[];

            /** StatusResponse statuses. */
            statuses: buildkit.control.VertexStatus.$Properties[];

            /** StatusResponse logs. */
            logs: buildkit.control.VertexLog.$Properties[];

            /**
             * Creates a new StatusResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StatusResponse instance
             */
            static create(properties: buildkit.control.StatusResponse.$Shape): buildkit.control.StatusResponse & buildkit.control.StatusResponse.$Shape;
            static create(properties?: buildkit.control.StatusResponse.$Properties): buildkit.control.StatusResponse;

            /**
             * Encodes the specified StatusResponse message. Does not implicitly {@link buildkit.control.StatusResponse.verify|verify} messages.
             * @param message StatusResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.StatusResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StatusResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.StatusResponse & buildkit.control.StatusResponse.$Shape} StatusResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.StatusResponse & buildkit.control.StatusResponse.$Shape;
        }

        namespace StatusResponse {

            /** Properties of a StatusResponse. */
            interface $Properties {

                /** StatusResponse vertexes */
                vertexes?: (buildkit.control.Vertex.$Properties[]|null);

                /** StatusResponse statuses */
                statuses?: (buildkit.control.VertexStatus.$Properties[]|null);

                /** StatusResponse logs */
                logs?: (buildkit.control.VertexLog.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StatusResponse. */
            type $Shape = buildkit.control.StatusResponse.$Properties;
        }

        /**
         * Properties of a UsageRecord.
         * @deprecated Use buildkit.control.UsageRecord.$Properties instead.
         */
        interface IUsageRecord extends buildkit.control.UsageRecord.$Properties {
        }

        /** Represents a UsageRecord. */
        class UsageRecord {

            /**
             * Constructs a new UsageRecord.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.UsageRecord.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UsageRecord id. */
            id: string;

            /** UsageRecord mutable. */
            mutable: boolean;

            /** UsageRecord inUse. */
            inUse: boolean;

            /** UsageRecord size. */
            size: number;

            /** UsageRecord createdAt. */
            createdAt?: (buildkit.control.Timestamp.$Properties|null);

            /** UsageRecord lastUsedAt. */
            lastUsedAt?: (buildkit.control.Timestamp.$Properties|null);

            /** UsageRecord usageCount. */
            usageCount: number;

            /** UsageRecord description. */
            description: string;

            /** UsageRecord recordType. */
            recordType: string;

            /** UsageRecord shared. */
            shared: boolean;

            /** UsageRecord parents. */
            parents: string[];

            /**
             * Creates a new UsageRecord instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UsageRecord instance
             */
            static create(properties: buildkit.control.UsageRecord.$Shape): buildkit.control.UsageRecord & buildkit.control.UsageRecord.$Shape;
            static create(properties?: buildkit.control.UsageRecord.$Properties): buildkit.control.UsageRecord;

            /**
             * Encodes the specified UsageRecord message. Does not implicitly {@link buildkit.control.UsageRecord.verify|verify} messages.
             * @param message UsageRecord message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.UsageRecord.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a UsageRecord message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.UsageRecord & buildkit.control.UsageRecord.$Shape} UsageRecord
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.UsageRecord & buildkit.control.UsageRecord.$Shape;
        }

        namespace UsageRecord {

            /** Properties of a UsageRecord. */
            interface $Properties {

                /** UsageRecord id */
                id?: (string|null);

                /** UsageRecord mutable */
                mutable?: (boolean|null);

                /** UsageRecord inUse */
                inUse?: (boolean|null);

                /** UsageRecord size */
                size?: (number|null);

                /** UsageRecord createdAt */
                createdAt?: (buildkit.control.Timestamp.$Properties|null);

                /** UsageRecord lastUsedAt */
                lastUsedAt?: (buildkit.control.Timestamp.$Properties|null);

                /** UsageRecord usageCount */
                usageCount?: (number|null);

                /** UsageRecord description */
                description?: (string|null);

                /** UsageRecord recordType */
                recordType?: (string|null);

                /** UsageRecord shared */
                shared?: (boolean|null);

                /** UsageRecord parents */
                parents?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a UsageRecord. */
            type $Shape = buildkit.control.UsageRecord.$Properties;
        }

        /**
         * Properties of a DiskUsageRequest.
         * @deprecated Use buildkit.control.DiskUsageRequest.$Properties instead.
         */
        interface IDiskUsageRequest extends buildkit.control.DiskUsageRequest.$Properties {
        }

        /** Represents a DiskUsageRequest. */
        class DiskUsageRequest {

            /**
             * Constructs a new DiskUsageRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.DiskUsageRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DiskUsageRequest filter. */
            filter: string[];

            /**
             * Creates a new DiskUsageRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DiskUsageRequest instance
             */
            static create(properties: buildkit.control.DiskUsageRequest.$Shape): buildkit.control.DiskUsageRequest & buildkit.control.DiskUsageRequest.$Shape;
            static create(properties?: buildkit.control.DiskUsageRequest.$Properties): buildkit.control.DiskUsageRequest;

            /**
             * Encodes the specified DiskUsageRequest message. Does not implicitly {@link buildkit.control.DiskUsageRequest.verify|verify} messages.
             * @param message DiskUsageRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.DiskUsageRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DiskUsageRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.DiskUsageRequest & buildkit.control.DiskUsageRequest.$Shape} DiskUsageRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.DiskUsageRequest & buildkit.control.DiskUsageRequest.$Shape;
        }

        namespace DiskUsageRequest {

            /** Properties of a DiskUsageRequest. */
            interface $Properties {

                /** DiskUsageRequest filter */
                filter?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DiskUsageRequest. */
            type $Shape = buildkit.control.DiskUsageRequest.$Properties;
        }

        /**
         * Properties of a DiskUsageResponse.
         * @deprecated Use buildkit.control.DiskUsageResponse.$Properties instead.
         */
        interface IDiskUsageResponse extends buildkit.control.DiskUsageResponse.$Properties {
        }

        /** Represents a DiskUsageResponse. */
        class DiskUsageResponse {

            /**
             * Constructs a new DiskUsageResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.DiskUsageResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DiskUsageResponse record. */
            record: buildkit.control.UsageRecord.$Properties[];

            /**
             * Creates a new DiskUsageResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DiskUsageResponse instance
             */
            static create(properties: buildkit.control.DiskUsageResponse.$Shape): buildkit.control.DiskUsageResponse & buildkit.control.DiskUsageResponse.$Shape;
            static create(properties?: buildkit.control.DiskUsageResponse.$Properties): buildkit.control.DiskUsageResponse;

            /**
             * Encodes the specified DiskUsageResponse message. Does not implicitly {@link buildkit.control.DiskUsageResponse.verify|verify} messages.
             * @param message DiskUsageResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.DiskUsageResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DiskUsageResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.DiskUsageResponse & buildkit.control.DiskUsageResponse.$Shape} DiskUsageResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.DiskUsageResponse & buildkit.control.DiskUsageResponse.$Shape;
        }

        namespace DiskUsageResponse {

            /** Properties of a DiskUsageResponse. */
            interface $Properties {

                /** DiskUsageResponse record */
                record?: (buildkit.control.UsageRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DiskUsageResponse. */
            type $Shape = buildkit.control.DiskUsageResponse.$Properties;
        }

        /**
         * Properties of a PruneRequest.
         * @deprecated Use buildkit.control.PruneRequest.$Properties instead.
         */
        interface IPruneRequest extends buildkit.control.PruneRequest.$Properties {
        }

        /** Represents a PruneRequest. */
        class PruneRequest {

            /**
             * Constructs a new PruneRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.PruneRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PruneRequest filter. */
            filter: string[];

            /** PruneRequest all. */
            all: boolean;

            /** PruneRequest keepDuration. */
            keepDuration: number;

            /** PruneRequest reservedSpace. */
            reservedSpace: number;

            /** PruneRequest maxUsedSpace. */
            maxUsedSpace: number;

            /** PruneRequest minFreeSpace. */
            minFreeSpace: number;

            /**
             * Creates a new PruneRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PruneRequest instance
             */
            static create(properties: buildkit.control.PruneRequest.$Shape): buildkit.control.PruneRequest & buildkit.control.PruneRequest.$Shape;
            static create(properties?: buildkit.control.PruneRequest.$Properties): buildkit.control.PruneRequest;

            /**
             * Encodes the specified PruneRequest message. Does not implicitly {@link buildkit.control.PruneRequest.verify|verify} messages.
             * @param message PruneRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.PruneRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PruneRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.PruneRequest & buildkit.control.PruneRequest.$Shape} PruneRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.PruneRequest & buildkit.control.PruneRequest.$Shape;
        }

        namespace PruneRequest {

            /** Properties of a PruneRequest. */
            interface $Properties {

                /** PruneRequest filter */
                filter?: (string[]|null);

                /** PruneRequest all */
                all?: (boolean|null);

                /** PruneRequest keepDuration */
                keepDuration?: (number|null);

                /** PruneRequest reservedSpace */
                reservedSpace?: (number|null);

                /** PruneRequest maxUsedSpace */
                maxUsedSpace?: (number|null);

                /** PruneRequest minFreeSpace */
                minFreeSpace?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PruneRequest. */
            type $Shape = buildkit.control.PruneRequest.$Properties;
        }

        /**
         * Properties of an Empty.
         * @deprecated Use buildkit.control.Empty.$Properties instead.
         */
        interface IEmpty extends buildkit.control.Empty.$Properties {
        }

        /** Represents an Empty. */
        class Empty {

            /**
             * Constructs a new Empty.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.control.Empty.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Empty instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Empty instance
             */
            static create(properties: buildkit.control.Empty.$Shape): buildkit.control.Empty & buildkit.control.Empty.$Shape;
            static create(properties?: buildkit.control.Empty.$Properties): buildkit.control.Empty;

            /**
             * Encodes the specified Empty message. Does not implicitly {@link buildkit.control.Empty.verify|verify} messages.
             * @param message Empty message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.control.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Empty message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.control.Empty & buildkit.control.Empty.$Shape} Empty
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.control.Empty & buildkit.control.Empty.$Shape;
        }

        namespace Empty {

            /** Properties of an Empty. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Empty. */
            type $Shape = buildkit.control.Empty.$Properties;
        }
    }

    /** Namespace gateway. */
    namespace gateway {

        /**
         * Properties of a APICap.
         * @deprecated Use buildkit.gateway.APICap.$Properties instead.
         */
        interface IAPICap extends buildkit.gateway.APICap.$Properties {
        }

        /** Represents a APICap. */
        class APICap {

            /**
             * Constructs a new APICap.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.APICap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** APICap id. */
            id: string;

            /** APICap enabled. */
            enabled: boolean;

            /**
             * Creates a new APICap instance using the specified properties.
             * @param [properties] Properties to set
             * @returns APICap instance
             */
            static create(properties: buildkit.gateway.APICap.$Shape): buildkit.gateway.APICap & buildkit.gateway.APICap.$Shape;
            static create(properties?: buildkit.gateway.APICap.$Properties): buildkit.gateway.APICap;

            /**
             * Encodes the specified APICap message. Does not implicitly {@link buildkit.gateway.APICap.verify|verify} messages.
             * @param message APICap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.APICap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a APICap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.APICap & buildkit.gateway.APICap.$Shape} APICap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.APICap & buildkit.gateway.APICap.$Shape;
        }

        namespace APICap {

            /** Properties of a APICap. */
            interface $Properties {

                /** APICap id */
                id?: (string|null);

                /** APICap enabled */
                enabled?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a APICap. */
            type $Shape = buildkit.gateway.APICap.$Properties;
        }

        /**
         * Properties of a PongResponse.
         * @deprecated Use buildkit.gateway.PongResponse.$Properties instead.
         */
        interface IPongResponse extends buildkit.gateway.PongResponse.$Properties {
        }

        /** Represents a PongResponse. */
        class PongResponse {

            /**
             * Constructs a new PongResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.PongResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PongResponse frontendApiCaps. */
            frontendApiCaps: buildkit.gateway.APICap.$Properties[];

            /** PongResponse llbCaps. */
            llbCaps: buildkit.gateway.APICap.$Properties[];

            /** PongResponse workers. */
            workers: buildkit.control.WorkerRecord.$Properties[];

            /**
             * Creates a new PongResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PongResponse instance
             */
            static create(properties: buildkit.gateway.PongResponse.$Shape): buildkit.gateway.PongResponse & buildkit.gateway.PongResponse.$Shape;
            static create(properties?: buildkit.gateway.PongResponse.$Properties): buildkit.gateway.PongResponse;

            /**
             * Encodes the specified PongResponse message. Does not implicitly {@link buildkit.gateway.PongResponse.verify|verify} messages.
             * @param message PongResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.PongResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PongResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.PongResponse & buildkit.gateway.PongResponse.$Shape} PongResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.PongResponse & buildkit.gateway.PongResponse.$Shape;
        }

        namespace PongResponse {

            /** Properties of a PongResponse. */
            interface $Properties {

                /** PongResponse frontendApiCaps */
                frontendApiCaps?: (buildkit.gateway.APICap.$Properties[]|null);

                /** PongResponse llbCaps */
                llbCaps?: (buildkit.gateway.APICap.$Properties[]|null);

                /** PongResponse workers */
                workers?: (buildkit.control.WorkerRecord.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PongResponse. */
            type $Shape = buildkit.gateway.PongResponse.$Properties;
        }

        /**
         * Properties of a Ref.
         * @deprecated Use buildkit.gateway.Ref.$Properties instead.
         */
        interface IRef extends buildkit.gateway.Ref.$Properties {
        }

        /** Represents a Ref. */
        class Ref {

            /**
             * Constructs a new Ref.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.Ref.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ref id. */
            id: string;

            /** Ref def. */
            def?: (buildkit.control.Definition.$Properties|null);

            /**
             * Creates a new Ref instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ref instance
             */
            static create(properties: buildkit.gateway.Ref.$Shape): buildkit.gateway.Ref & buildkit.gateway.Ref.$Shape;
            static create(properties?: buildkit.gateway.Ref.$Properties): buildkit.gateway.Ref;

            /**
             * Encodes the specified Ref message. Does not implicitly {@link buildkit.gateway.Ref.verify|verify} messages.
             * @param message Ref message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.Ref.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Ref message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.Ref & buildkit.gateway.Ref.$Shape} Ref
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.Ref & buildkit.gateway.Ref.$Shape;
        }

        namespace Ref {

            /** Properties of a Ref. */
            interface $Properties {

                /** Ref id */
                id?: (string|null);

                /** Ref def */
                def?: (buildkit.control.Definition.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Ref. */
            type $Shape = buildkit.gateway.Ref.$Properties;
        }

        /**
         * Properties of a RefMap.
         * @deprecated Use buildkit.gateway.RefMap.$Properties instead.
         */
        interface IRefMap extends buildkit.gateway.RefMap.$Properties {
        }

        /** Represents a RefMap. */
        class RefMap {

            /**
             * Constructs a new RefMap.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.RefMap.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RefMap refs. */
            refs: { [k: string]: buildkit.gateway.Ref.$Properties };

            /**
             * Creates a new RefMap instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RefMap instance
             */
            static create(properties: buildkit.gateway.RefMap.$Shape): buildkit.gateway.RefMap & buildkit.gateway.RefMap.$Shape;
            static create(properties?: buildkit.gateway.RefMap.$Properties): buildkit.gateway.RefMap;

            /**
             * Encodes the specified RefMap message. Does not implicitly {@link buildkit.gateway.RefMap.verify|verify} messages.
             * @param message RefMap message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.RefMap.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RefMap message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.RefMap & buildkit.gateway.RefMap.$Shape} RefMap
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.RefMap & buildkit.gateway.RefMap.$Shape;
        }

        namespace RefMap {

            /** Properties of a RefMap. */
            interface $Properties {

                /** RefMap refs */
                refs?: ({ [k: string]: buildkit.gateway.Ref.$Properties }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RefMap. */
            type $Shape = buildkit.gateway.RefMap.$Properties;
        }

        /**
         * Properties of a Result.
         * @deprecated Use buildkit.gateway.Result.$Properties instead.
         */
        interface IResult extends buildkit.gateway.Result.$Properties {
        }

        /** Represents a Result. */
        class Result {

            /**
             * Constructs a new Result.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.Result.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Result refDeprecated. */
            refDeprecated?: (string|null);

            /** Result ref. */
            ref?: (buildkit.gateway.Ref.$Properties|null);

            /** Result refs. */
            refs?: (buildkit.gateway.RefMap.$Properties|null);

            /** Result result. */
            result?: ("refDeprecated"|"ref"|"refs");

            /**
             * Creates a new Result instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Result instance
             */
            static create(properties: buildkit.gateway.Result.$Shape): buildkit.gateway.Result & buildkit.gateway.Result.$Shape;
            static create(properties?: buildkit.gateway.Result.$Properties): buildkit.gateway.Result;

            /**
             * Encodes the specified Result message. Does not implicitly {@link buildkit.gateway.Result.verify|verify} messages.
             * @param message Result message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.Result.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Result message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.Result & buildkit.gateway.Result.$Shape} Result
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.Result & buildkit.gateway.Result.$Shape;
        }

        namespace Result {

            /** Properties of a Result. */
            interface $Properties {

                /** Result refDeprecated */
                refDeprecated?: (string|null);

                /** Result ref */
                ref?: (buildkit.gateway.Ref.$Properties|null);

                /** Result refs */
                refs?: (buildkit.gateway.RefMap.$Properties|null);

                /** Result result */
                result?: ("refDeprecated"|"ref"|"refs");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a Result. */
            type $Shape = {
              refDeprecated?: string|null;
              ref?: buildkit.gateway.Ref.$Shape|null;
              refs?: buildkit.gateway.RefMap.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ result?: undefined; refDeprecated?: null; ref?: null; refs?: null }|{ result?: "refDeprecated"; refDeprecated: string; ref?: null; refs?: null }|{ result?: "ref"; refDeprecated?: null; ref: buildkit.gateway.Ref.$Shape; refs?: null }|{ result?: "refs"; refDeprecated?: null; ref?: null; refs: buildkit.gateway.RefMap.$Shape })
            );
        }

        /**
         * Properties of a SolveRequest.
         * @deprecated Use buildkit.gateway.SolveRequest.$Properties instead.
         */
        interface ISolveRequest extends buildkit.gateway.SolveRequest.$Properties {
        }

        /** Represents a SolveRequest. */
        class SolveRequest {

            /**
             * Constructs a new SolveRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.SolveRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SolveRequest definition. */
            definition?: (buildkit.control.Definition.$Properties|null);

            /** SolveRequest frontend. */
            frontend: string;

            /** SolveRequest frontendOpt. */
            frontendOpt: { [k: string]: string };

            /** SolveRequest allowResultReturn. */
            allowResultReturn: boolean;

            /** SolveRequest allowResultArrayRef. */
            allowResultArrayRef: boolean;

            /** SolveRequest cacheImports. */
            cacheImports: buildkit.control.CacheOptionsEntry.$Properties[];

            /** SolveRequest frontendInputs. */
            frontendInputs: { [k: string]: buildkit.control.Definition.$Properties };

            /**
             * Creates a new SolveRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SolveRequest instance
             */
            static create(properties: buildkit.gateway.SolveRequest.$Shape): buildkit.gateway.SolveRequest & buildkit.gateway.SolveRequest.$Shape;
            static create(properties?: buildkit.gateway.SolveRequest.$Properties): buildkit.gateway.SolveRequest;

            /**
             * Encodes the specified SolveRequest message. Does not implicitly {@link buildkit.gateway.SolveRequest.verify|verify} messages.
             * @param message SolveRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.SolveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SolveRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.SolveRequest & buildkit.gateway.SolveRequest.$Shape} SolveRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.SolveRequest & buildkit.gateway.SolveRequest.$Shape;
        }

        namespace SolveRequest {

            /** Properties of a SolveRequest. */
            interface $Properties {

                /** SolveRequest definition */
                definition?: (buildkit.control.Definition.$Properties|null);

                /** SolveRequest frontend */
                frontend?: (string|null);

                /** SolveRequest frontendOpt */
                frontendOpt?: ({ [k: string]: string }|null);

                /** SolveRequest allowResultReturn */
                allowResultReturn?: (boolean|null);

                /** SolveRequest allowResultArrayRef */
                allowResultArrayRef?: (boolean|null);

                /** SolveRequest cacheImports */
                cacheImports?: (buildkit.control.CacheOptionsEntry.$Properties[]|null);

                /** SolveRequest frontendInputs */
                frontendInputs?: ({ [k: string]: buildkit.control.Definition.$Properties }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SolveRequest. */
            type $Shape = buildkit.gateway.SolveRequest.$Properties;
        }

        /**
         * Properties of a SolveResponse.
         * @deprecated Use buildkit.gateway.SolveResponse.$Properties instead.
         */
        interface ISolveResponse extends buildkit.gateway.SolveResponse.$Properties {
        }

        /** Represents a SolveResponse. */
        class SolveResponse {

            /**
             * Constructs a new SolveResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.SolveResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SolveResponse ref. */
            ref: string;

            /** SolveResponse result. */
            result?: (buildkit.gateway.Result.$Properties|null);

            /**
             * Creates a new SolveResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SolveResponse instance
             */
            static create(properties: buildkit.gateway.SolveResponse.$Shape): buildkit.gateway.SolveResponse & buildkit.gateway.SolveResponse.$Shape;
            static create(properties?: buildkit.gateway.SolveResponse.$Properties): buildkit.gateway.SolveResponse;

            /**
             * Encodes the specified SolveResponse message. Does not implicitly {@link buildkit.gateway.SolveResponse.verify|verify} messages.
             * @param message SolveResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.SolveResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SolveResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.SolveResponse & buildkit.gateway.SolveResponse.$Shape} SolveResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.SolveResponse & buildkit.gateway.SolveResponse.$Shape;
        }

        namespace SolveResponse {

            /** Properties of a SolveResponse. */
            interface $Properties {

                /** SolveResponse ref */
                ref?: (string|null);

                /** SolveResponse result */
                result?: (buildkit.gateway.Result.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SolveResponse. */
            type $Shape = {
              ref?: string|null;
              result?: buildkit.gateway.Result.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a Status.
         * @deprecated Use buildkit.gateway.Status.$Properties instead.
         */
        interface IStatus extends buildkit.gateway.Status.$Properties {
        }

        /** Represents a Status. */
        class Status {

            /**
             * Constructs a new Status.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.Status.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Status code. */
            code: number;

            /** Status message. */
            message: string;

            /**
             * Creates a new Status instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Status instance
             */
            static create(properties: buildkit.gateway.Status.$Shape): buildkit.gateway.Status & buildkit.gateway.Status.$Shape;
            static create(properties?: buildkit.gateway.Status.$Properties): buildkit.gateway.Status;

            /**
             * Encodes the specified Status message. Does not implicitly {@link buildkit.gateway.Status.verify|verify} messages.
             * @param message Status message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.Status.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Status message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.Status & buildkit.gateway.Status.$Shape} Status
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.Status & buildkit.gateway.Status.$Shape;
        }

        namespace Status {

            /** Properties of a Status. */
            interface $Properties {

                /** Status code */
                code?: (number|null);

                /** Status message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Status. */
            type $Shape = buildkit.gateway.Status.$Properties;
        }

        /**
         * Properties of a ReturnRequest.
         * @deprecated Use buildkit.gateway.ReturnRequest.$Properties instead.
         */
        interface IReturnRequest extends buildkit.gateway.ReturnRequest.$Properties {
        }

        /** Represents a ReturnRequest. */
        class ReturnRequest {

            /**
             * Constructs a new ReturnRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.ReturnRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReturnRequest result. */
            result?: (buildkit.gateway.Result.$Properties|null);

            /** ReturnRequest error. */
            error?: (buildkit.gateway.Status.$Properties|null);

            /**
             * Creates a new ReturnRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReturnRequest instance
             */
            static create(properties: buildkit.gateway.ReturnRequest.$Shape): buildkit.gateway.ReturnRequest & buildkit.gateway.ReturnRequest.$Shape;
            static create(properties?: buildkit.gateway.ReturnRequest.$Properties): buildkit.gateway.ReturnRequest;

            /**
             * Encodes the specified ReturnRequest message. Does not implicitly {@link buildkit.gateway.ReturnRequest.verify|verify} messages.
             * @param message ReturnRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.ReturnRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReturnRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.ReturnRequest & buildkit.gateway.ReturnRequest.$Shape} ReturnRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.ReturnRequest & buildkit.gateway.ReturnRequest.$Shape;
        }

        namespace ReturnRequest {

            /** Properties of a ReturnRequest. */
            interface $Properties {

                /** ReturnRequest result */
                result?: (buildkit.gateway.Result.$Properties|null);

                /** ReturnRequest error */
                error?: (buildkit.gateway.Status.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReturnRequest. */
            type $Shape = {
              result?: buildkit.gateway.Result.$Shape|null;
              error?: buildkit.gateway.Status.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an EvaluateRequest.
         * @deprecated Use buildkit.gateway.EvaluateRequest.$Properties instead.
         */
        interface IEvaluateRequest extends buildkit.gateway.EvaluateRequest.$Properties {
        }

        /** Represents an EvaluateRequest. */
        class EvaluateRequest {

            /**
             * Constructs a new EvaluateRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.gateway.EvaluateRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EvaluateRequest ref. */
            ref: string;

            /**
             * Creates a new EvaluateRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EvaluateRequest instance
             */
            static create(properties: buildkit.gateway.EvaluateRequest.$Shape): buildkit.gateway.EvaluateRequest & buildkit.gateway.EvaluateRequest.$Shape;
            static create(properties?: buildkit.gateway.EvaluateRequest.$Properties): buildkit.gateway.EvaluateRequest;

            /**
             * Encodes the specified EvaluateRequest message. Does not implicitly {@link buildkit.gateway.EvaluateRequest.verify|verify} messages.
             * @param message EvaluateRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.gateway.EvaluateRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EvaluateRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.gateway.EvaluateRequest & buildkit.gateway.EvaluateRequest.$Shape} EvaluateRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.gateway.EvaluateRequest & buildkit.gateway.EvaluateRequest.$Shape;
        }

        namespace EvaluateRequest {

            /** Properties of an EvaluateRequest. */
            interface $Properties {

                /** EvaluateRequest ref */
                ref?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EvaluateRequest. */
            type $Shape = buildkit.gateway.EvaluateRequest.$Properties;
        }
    }

    /** Namespace session. */
    namespace session {

        /**
         * Properties of a Stat.
         * @deprecated Use buildkit.session.Stat.$Properties instead.
         */
        interface IStat extends buildkit.session.Stat.$Properties {
        }

        /** Represents a Stat. */
        class Stat {

            /**
             * Constructs a new Stat.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.Stat.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Stat path. */
            path: string;

            /** Stat mode. */
            mode: number;

            /** Stat uid. */
            uid: number;

            /** Stat gid. */
            gid: number;

            /** Stat size. */
            size: number;

            /** Stat modTime. */
            modTime: number;

            /** Stat linkname. */
            linkname: string;

            /** Stat devmajor. */
            devmajor: number;

            /** Stat devminor. */
            devminor: number;

            /** Stat xattrs. */
            xattrs: { [k: string]: Uint8Array };

            /**
             * Creates a new Stat instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Stat instance
             */
            static create(properties: buildkit.session.Stat.$Shape): buildkit.session.Stat & buildkit.session.Stat.$Shape;
            static create(properties?: buildkit.session.Stat.$Properties): buildkit.session.Stat;

            /**
             * Encodes the specified Stat message. Does not implicitly {@link buildkit.session.Stat.verify|verify} messages.
             * @param message Stat message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.Stat.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Stat message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.Stat & buildkit.session.Stat.$Shape} Stat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.Stat & buildkit.session.Stat.$Shape;
        }

        namespace Stat {

            /** Properties of a Stat. */
            interface $Properties {

                /** Stat path */
                path?: (string|null);

                /** Stat mode */
                mode?: (number|null);

                /** Stat uid */
                uid?: (number|null);

                /** Stat gid */
                gid?: (number|null);

                /** Stat size */
                size?: (number|null);

                /** Stat modTime */
                modTime?: (number|null);

                /** Stat linkname */
                linkname?: (string|null);

                /** Stat devmajor */
                devmajor?: (number|null);

                /** Stat devminor */
                devminor?: (number|null);

                /** Stat xattrs */
                xattrs?: ({ [k: string]: Uint8Array }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Stat. */
            type $Shape = buildkit.session.Stat.$Properties;
        }

        /**
         * Properties of a Packet.
         * @deprecated Use buildkit.session.Packet.$Properties instead.
         */
        interface IPacket extends buildkit.session.Packet.$Properties {
        }

        /** Represents a Packet. */
        class Packet {

            /**
             * Constructs a new Packet.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.Packet.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Packet type. */
            type: buildkit.session.Packet.Type;

            /** Packet stat. */
            stat?: (buildkit.session.Stat.$Properties|null);

            /** Packet id. */
            id: number;

            /** Packet data. */
            data: Uint8Array;

            /**
             * Creates a new Packet instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Packet instance
             */
            static create(properties: buildkit.session.Packet.$Shape): buildkit.session.Packet & buildkit.session.Packet.$Shape;
            static create(properties?: buildkit.session.Packet.$Properties): buildkit.session.Packet;

            /**
             * Encodes the specified Packet message. Does not implicitly {@link buildkit.session.Packet.verify|verify} messages.
             * @param message Packet message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.Packet.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Packet message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.Packet & buildkit.session.Packet.$Shape} Packet
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.Packet & buildkit.session.Packet.$Shape;
        }

        namespace Packet {

            /** Properties of a Packet. */
            interface $Properties {

                /** Packet type */
                type?: (buildkit.session.Packet.Type|null);

                /** Packet stat */
                stat?: (buildkit.session.Stat.$Properties|null);

                /** Packet id */
                id?: (number|null);

                /** Packet data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Packet. */
            type $Shape = buildkit.session.Packet.$Properties;

            /** Type enum. */
            enum Type {

                /** STAT value */
                STAT = 0,

                /** REQ value */
                REQ = 1,

                /** DATA value */
                DATA = 2,

                /** FIN value */
                FIN = 3,

                /** ERR value */
                ERR = 4
            }
        }

        /**
         * Properties of a BytesMessage.
         * @deprecated Use buildkit.session.BytesMessage.$Properties instead.
         */
        interface IBytesMessage extends buildkit.session.BytesMessage.$Properties {
        }

        /** Represents a BytesMessage. */
        class BytesMessage {

            /**
             * Constructs a new BytesMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.BytesMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BytesMessage data. */
            data: Uint8Array;

            /**
             * Creates a new BytesMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns BytesMessage instance
             */
            static create(properties: buildkit.session.BytesMessage.$Shape): buildkit.session.BytesMessage & buildkit.session.BytesMessage.$Shape;
            static create(properties?: buildkit.session.BytesMessage.$Properties): buildkit.session.BytesMessage;

            /**
             * Encodes the specified BytesMessage message. Does not implicitly {@link buildkit.session.BytesMessage.verify|verify} messages.
             * @param message BytesMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.BytesMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BytesMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.BytesMessage & buildkit.session.BytesMessage.$Shape} BytesMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.BytesMessage & buildkit.session.BytesMessage.$Shape;
        }

        namespace BytesMessage {

            /** Properties of a BytesMessage. */
            interface $Properties {

                /** BytesMessage data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BytesMessage. */
            type $Shape = buildkit.session.BytesMessage.$Properties;
        }

        /**
         * Properties of a CredentialsRequest.
         * @deprecated Use buildkit.session.CredentialsRequest.$Properties instead.
         */
        interface ICredentialsRequest extends buildkit.session.CredentialsRequest.$Properties {
        }

        /** Represents a CredentialsRequest. */
        class CredentialsRequest {

            /**
             * Constructs a new CredentialsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.CredentialsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CredentialsRequest host. */
            host: string;

            /**
             * Creates a new CredentialsRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CredentialsRequest instance
             */
            static create(properties: buildkit.session.CredentialsRequest.$Shape): buildkit.session.CredentialsRequest & buildkit.session.CredentialsRequest.$Shape;
            static create(properties?: buildkit.session.CredentialsRequest.$Properties): buildkit.session.CredentialsRequest;

            /**
             * Encodes the specified CredentialsRequest message. Does not implicitly {@link buildkit.session.CredentialsRequest.verify|verify} messages.
             * @param message CredentialsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.CredentialsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CredentialsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.CredentialsRequest & buildkit.session.CredentialsRequest.$Shape} CredentialsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.CredentialsRequest & buildkit.session.CredentialsRequest.$Shape;
        }

        namespace CredentialsRequest {

            /** Properties of a CredentialsRequest. */
            interface $Properties {

                /** CredentialsRequest host */
                host?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CredentialsRequest. */
            type $Shape = buildkit.session.CredentialsRequest.$Properties;
        }

        /**
         * Properties of a CredentialsResponse.
         * @deprecated Use buildkit.session.CredentialsResponse.$Properties instead.
         */
        interface ICredentialsResponse extends buildkit.session.CredentialsResponse.$Properties {
        }

        /** Represents a CredentialsResponse. */
        class CredentialsResponse {

            /**
             * Constructs a new CredentialsResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.CredentialsResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CredentialsResponse username. */
            username: string;

            /** CredentialsResponse secret. */
            secret: string;

            /**
             * Creates a new CredentialsResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CredentialsResponse instance
             */
            static create(properties: buildkit.session.CredentialsResponse.$Shape): buildkit.session.CredentialsResponse & buildkit.session.CredentialsResponse.$Shape;
            static create(properties?: buildkit.session.CredentialsResponse.$Properties): buildkit.session.CredentialsResponse;

            /**
             * Encodes the specified CredentialsResponse message. Does not implicitly {@link buildkit.session.CredentialsResponse.verify|verify} messages.
             * @param message CredentialsResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.CredentialsResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CredentialsResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.CredentialsResponse & buildkit.session.CredentialsResponse.$Shape} CredentialsResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.CredentialsResponse & buildkit.session.CredentialsResponse.$Shape;
        }

        namespace CredentialsResponse {

            /** Properties of a CredentialsResponse. */
            interface $Properties {

                /** CredentialsResponse username */
                username?: (string|null);

                /** CredentialsResponse secret */
                secret?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CredentialsResponse. */
            type $Shape = buildkit.session.CredentialsResponse.$Properties;
        }

        /**
         * Properties of a ReadContentRequest.
         * @deprecated Use buildkit.session.ReadContentRequest.$Properties instead.
         */
        interface IReadContentRequest extends buildkit.session.ReadContentRequest.$Properties {
        }

        /** Represents a ReadContentRequest. */
        class ReadContentRequest {

            /**
             * Constructs a new ReadContentRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.ReadContentRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadContentRequest digest. */
            digest: string;

            /**
             * Creates a new ReadContentRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReadContentRequest instance
             */
            static create(properties: buildkit.session.ReadContentRequest.$Shape): buildkit.session.ReadContentRequest & buildkit.session.ReadContentRequest.$Shape;
            static create(properties?: buildkit.session.ReadContentRequest.$Properties): buildkit.session.ReadContentRequest;

            /**
             * Encodes the specified ReadContentRequest message. Does not implicitly {@link buildkit.session.ReadContentRequest.verify|verify} messages.
             * @param message ReadContentRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.ReadContentRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadContentRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.ReadContentRequest & buildkit.session.ReadContentRequest.$Shape} ReadContentRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.ReadContentRequest & buildkit.session.ReadContentRequest.$Shape;
        }

        namespace ReadContentRequest {

            /** Properties of a ReadContentRequest. */
            interface $Properties {

                /** ReadContentRequest digest */
                digest?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadContentRequest. */
            type $Shape = buildkit.session.ReadContentRequest.$Properties;
        }

        /**
         * Properties of a ReadContentResponse.
         * @deprecated Use buildkit.session.ReadContentResponse.$Properties instead.
         */
        interface IReadContentResponse extends buildkit.session.ReadContentResponse.$Properties {
        }

        /** Represents a ReadContentResponse. */
        class ReadContentResponse {

            /**
             * Constructs a new ReadContentResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: buildkit.session.ReadContentResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReadContentResponse offset. */
            offset: number;

            /** ReadContentResponse data. */
            data: Uint8Array;

            /**
             * Creates a new ReadContentResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReadContentResponse instance
             */
            static create(properties: buildkit.session.ReadContentResponse.$Shape): buildkit.session.ReadContentResponse & buildkit.session.ReadContentResponse.$Shape;
            static create(properties?: buildkit.session.ReadContentResponse.$Properties): buildkit.session.ReadContentResponse;

            /**
             * Encodes the specified ReadContentResponse message. Does not implicitly {@link buildkit.session.ReadContentResponse.verify|verify} messages.
             * @param message ReadContentResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: buildkit.session.ReadContentResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReadContentResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {buildkit.session.ReadContentResponse & buildkit.session.ReadContentResponse.$Shape} ReadContentResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): buildkit.session.ReadContentResponse & buildkit.session.ReadContentResponse.$Shape;
        }

        namespace ReadContentResponse {

            /** Properties of a ReadContentResponse. */
            interface $Properties {

                /** ReadContentResponse offset */
                offset?: (number|null);

                /** ReadContentResponse data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReadContentResponse. */
            type $Shape = buildkit.session.ReadContentResponse.$Properties;
        }
    }
}
