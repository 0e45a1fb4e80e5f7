import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace skep. */
export namespace skep {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a RootCaCertificateResponse.
         * @deprecated Use skep.v1.RootCaCertificateResponse.$Properties instead.
         */
        interface IRootCaCertificateResponse extends skep.v1.RootCaCertificateResponse.$Properties {
        }

        /** Represents a RootCaCertificateResponse. */
        class RootCaCertificateResponse {

            /**
             * Constructs a new RootCaCertificateResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RootCaCertificateResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RootCaCertificateResponse certificatePem. */
            certificatePem: string;

            /**
             * Creates a new RootCaCertificateResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RootCaCertificateResponse instance
             */
            static create(properties: skep.v1.RootCaCertificateResponse.$Shape): skep.v1.RootCaCertificateResponse & skep.v1.RootCaCertificateResponse.$Shape;
            static create(properties?: skep.v1.RootCaCertificateResponse.$Properties): skep.v1.RootCaCertificateResponse;

            /**
             * Encodes the specified RootCaCertificateResponse message. Does not implicitly {@link skep.v1.RootCaCertificateResponse.verify|verify} messages.
             * @param message RootCaCertificateResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RootCaCertificateResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RootCaCertificateResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RootCaCertificateResponse & skep.v1.RootCaCertificateResponse.$Shape} RootCaCertificateResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RootCaCertificateResponse & skep.v1.RootCaCertificateResponse.$Shape;
        }

        namespace RootCaCertificateResponse {

            /** Properties of a RootCaCertificateResponse. */
            interface $Properties {

                /** RootCaCertificateResponse certificatePem */
                certificatePem?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RootCaCertificateResponse. */
            type $Shape = skep.v1.RootCaCertificateResponse.$Properties;
        }

        /**
         * Properties of an IssueNodeCertificateRequest.
         * @deprecated Use skep.v1.IssueNodeCertificateRequest.$Properties instead.
         */
        interface IIssueNodeCertificateRequest extends skep.v1.IssueNodeCertificateRequest.$Properties {
        }

        /** Represents an IssueNodeCertificateRequest. */
        class IssueNodeCertificateRequest {

            /**
             * Constructs a new IssueNodeCertificateRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.IssueNodeCertificateRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IssueNodeCertificateRequest csrPem. */
            csrPem: string;

            /** IssueNodeCertificateRequest token. */
            token: string;

            /** IssueNodeCertificateRequest availability. */
            availability: string;

            /**
             * Creates a new IssueNodeCertificateRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns IssueNodeCertificateRequest instance
             */
            static create(properties: skep.v1.IssueNodeCertificateRequest.$Shape): skep.v1.IssueNodeCertificateRequest & skep.v1.IssueNodeCertificateRequest.$Shape;
            static create(properties?: skep.v1.IssueNodeCertificateRequest.$Properties): skep.v1.IssueNodeCertificateRequest;

            /**
             * Encodes the specified IssueNodeCertificateRequest message. Does not implicitly {@link skep.v1.IssueNodeCertificateRequest.verify|verify} messages.
             * @param message IssueNodeCertificateRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.IssueNodeCertificateRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IssueNodeCertificateRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.IssueNodeCertificateRequest & skep.v1.IssueNodeCertificateRequest.$Shape} IssueNodeCertificateRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.IssueNodeCertificateRequest & skep.v1.IssueNodeCertificateRequest.$Shape;
        }

        namespace IssueNodeCertificateRequest {

            /** Properties of an IssueNodeCertificateRequest. */
            interface $Properties {

                /** IssueNodeCertificateRequest csrPem */
                csrPem?: (string|null);

                /** IssueNodeCertificateRequest token */
                token?: (string|null);

                /** IssueNodeCertificateRequest availability */
                availability?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IssueNodeCertificateRequest. */
            type $Shape = skep.v1.IssueNodeCertificateRequest.$Properties;
        }

        /**
         * Properties of an IssueNodeCertificateResponse.
         * @deprecated Use skep.v1.IssueNodeCertificateResponse.$Properties instead.
         */
        interface IIssueNodeCertificateResponse extends skep.v1.IssueNodeCertificateResponse.$Properties {
        }

        /** Represents an IssueNodeCertificateResponse. */
        class IssueNodeCertificateResponse {

            /**
             * Constructs a new IssueNodeCertificateResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.IssueNodeCertificateResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IssueNodeCertificateResponse nodeId. */
            nodeId: string;

            /**
             * Creates a new IssueNodeCertificateResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns IssueNodeCertificateResponse instance
             */
            static create(properties: skep.v1.IssueNodeCertificateResponse.$Shape): skep.v1.IssueNodeCertificateResponse & skep.v1.IssueNodeCertificateResponse.$Shape;
            static create(properties?: skep.v1.IssueNodeCertificateResponse.$Properties): skep.v1.IssueNodeCertificateResponse;

            /**
             * Encodes the specified IssueNodeCertificateResponse message. Does not implicitly {@link skep.v1.IssueNodeCertificateResponse.verify|verify} messages.
             * @param message IssueNodeCertificateResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.IssueNodeCertificateResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IssueNodeCertificateResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.IssueNodeCertificateResponse & skep.v1.IssueNodeCertificateResponse.$Shape} IssueNodeCertificateResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.IssueNodeCertificateResponse & skep.v1.IssueNodeCertificateResponse.$Shape;
        }

        namespace IssueNodeCertificateResponse {

            /** Properties of an IssueNodeCertificateResponse. */
            interface $Properties {

                /** IssueNodeCertificateResponse nodeId */
                nodeId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IssueNodeCertificateResponse. */
            type $Shape = skep.v1.IssueNodeCertificateResponse.$Properties;
        }

        /**
         * Properties of a NodeCertificateStatusRequest.
         * @deprecated Use skep.v1.NodeCertificateStatusRequest.$Properties instead.
         */
        interface INodeCertificateStatusRequest extends skep.v1.NodeCertificateStatusRequest.$Properties {
        }

        /** Represents a NodeCertificateStatusRequest. */
        class NodeCertificateStatusRequest {

            /**
             * Constructs a new NodeCertificateStatusRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeCertificateStatusRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeCertificateStatusRequest nodeId. */
            nodeId: string;

            /**
             * Creates a new NodeCertificateStatusRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeCertificateStatusRequest instance
             */
            static create(properties: skep.v1.NodeCertificateStatusRequest.$Shape): skep.v1.NodeCertificateStatusRequest & skep.v1.NodeCertificateStatusRequest.$Shape;
            static create(properties?: skep.v1.NodeCertificateStatusRequest.$Properties): skep.v1.NodeCertificateStatusRequest;

            /**
             * Encodes the specified NodeCertificateStatusRequest message. Does not implicitly {@link skep.v1.NodeCertificateStatusRequest.verify|verify} messages.
             * @param message NodeCertificateStatusRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeCertificateStatusRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeCertificateStatusRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeCertificateStatusRequest & skep.v1.NodeCertificateStatusRequest.$Shape} NodeCertificateStatusRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeCertificateStatusRequest & skep.v1.NodeCertificateStatusRequest.$Shape;
        }

        namespace NodeCertificateStatusRequest {

            /** Properties of a NodeCertificateStatusRequest. */
            interface $Properties {

                /** NodeCertificateStatusRequest nodeId */
                nodeId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeCertificateStatusRequest. */
            type $Shape = skep.v1.NodeCertificateStatusRequest.$Properties;
        }

        /**
         * Properties of a NodeCertificateStatusResponse.
         * @deprecated Use skep.v1.NodeCertificateStatusResponse.$Properties instead.
         */
        interface INodeCertificateStatusResponse extends skep.v1.NodeCertificateStatusResponse.$Properties {
        }

        /** Represents a NodeCertificateStatusResponse. */
        class NodeCertificateStatusResponse {

            /**
             * Constructs a new NodeCertificateStatusResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeCertificateStatusResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeCertificateStatusResponse state. */
            state: string;

            /** NodeCertificateStatusResponse message. */
            message: string;

            /** NodeCertificateStatusResponse role. */
            role: string;

            /** NodeCertificateStatusResponse certificatePem. */
            certificatePem: string;

            /** NodeCertificateStatusResponse rootCaPem. */
            rootCaPem: string;

            /**
             * Creates a new NodeCertificateStatusResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeCertificateStatusResponse instance
             */
            static create(properties: skep.v1.NodeCertificateStatusResponse.$Shape): skep.v1.NodeCertificateStatusResponse & skep.v1.NodeCertificateStatusResponse.$Shape;
            static create(properties?: skep.v1.NodeCertificateStatusResponse.$Properties): skep.v1.NodeCertificateStatusResponse;

            /**
             * Encodes the specified NodeCertificateStatusResponse message. Does not implicitly {@link skep.v1.NodeCertificateStatusResponse.verify|verify} messages.
             * @param message NodeCertificateStatusResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeCertificateStatusResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeCertificateStatusResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeCertificateStatusResponse & skep.v1.NodeCertificateStatusResponse.$Shape} NodeCertificateStatusResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeCertificateStatusResponse & skep.v1.NodeCertificateStatusResponse.$Shape;
        }

        namespace NodeCertificateStatusResponse {

            /** Properties of a NodeCertificateStatusResponse. */
            interface $Properties {

                /** NodeCertificateStatusResponse state */
                state?: (string|null);

                /** NodeCertificateStatusResponse message */
                message?: (string|null);

                /** NodeCertificateStatusResponse role */
                role?: (string|null);

                /** NodeCertificateStatusResponse certificatePem */
                certificatePem?: (string|null);

                /** NodeCertificateStatusResponse rootCaPem */
                rootCaPem?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeCertificateStatusResponse. */
            type $Shape = skep.v1.NodeCertificateStatusResponse.$Properties;
        }

        /**
         * Properties of an UnlockKeyResponse.
         * @deprecated Use skep.v1.UnlockKeyResponse.$Properties instead.
         */
        interface IUnlockKeyResponse extends skep.v1.UnlockKeyResponse.$Properties {
        }

        /** Represents an UnlockKeyResponse. */
        class UnlockKeyResponse {

            /**
             * Constructs a new UnlockKeyResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UnlockKeyResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UnlockKeyResponse key. */
            key: Uint8Array;

            /** UnlockKeyResponse version. */
            version: number;

            /**
             * Creates a new UnlockKeyResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UnlockKeyResponse instance
             */
            static create(properties: skep.v1.UnlockKeyResponse.$Shape): skep.v1.UnlockKeyResponse & skep.v1.UnlockKeyResponse.$Shape;
            static create(properties?: skep.v1.UnlockKeyResponse.$Properties): skep.v1.UnlockKeyResponse;

            /**
             * Encodes the specified UnlockKeyResponse message. Does not implicitly {@link skep.v1.UnlockKeyResponse.verify|verify} messages.
             * @param message UnlockKeyResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UnlockKeyResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UnlockKeyResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UnlockKeyResponse & skep.v1.UnlockKeyResponse.$Shape} UnlockKeyResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UnlockKeyResponse & skep.v1.UnlockKeyResponse.$Shape;
        }

        namespace UnlockKeyResponse {

            /** Properties of an UnlockKeyResponse. */
            interface $Properties {

                /** UnlockKeyResponse key */
                key?: (Uint8Array|null);

                /** UnlockKeyResponse version */
                version?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UnlockKeyResponse. */
            type $Shape = skep.v1.UnlockKeyResponse.$Properties;
        }

        /**
         * Properties of an Empty.
         * @deprecated Use skep.v1.Empty.$Properties instead.
         */
        interface IEmpty extends skep.v1.Empty.$Properties {
        }

        /** Represents an Empty. */
        class Empty {

            /**
             * Constructs a new Empty.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Empty.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /**
             * Creates a new Empty instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Empty instance
             */
            static create(properties: skep.v1.Empty.$Shape): skep.v1.Empty & skep.v1.Empty.$Shape;
            static create(properties?: skep.v1.Empty.$Properties): skep.v1.Empty;

            /**
             * Encodes the specified Empty message. Does not implicitly {@link skep.v1.Empty.verify|verify} messages.
             * @param message Empty message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Empty.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Empty message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Empty & skep.v1.Empty.$Shape} Empty
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Empty & skep.v1.Empty.$Shape;
        }

        namespace Empty {

            /** Properties of an Empty. */
            interface $Properties {

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Empty. */
            type $Shape = skep.v1.Empty.$Properties;
        }

        /**
         * Properties of a Meta.
         * @deprecated Use skep.v1.Meta.$Properties instead.
         */
        interface IMeta extends skep.v1.Meta.$Properties {
        }

        /** Represents a Meta. */
        class Meta {

            /**
             * Constructs a new Meta.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Meta.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Meta version. */
            version: number;

            /** Meta createdAtMs. */
            createdAtMs: number;

            /** Meta updatedAtMs. */
            updatedAtMs: number;

            /**
             * Creates a new Meta instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Meta instance
             */
            static create(properties: skep.v1.Meta.$Shape): skep.v1.Meta & skep.v1.Meta.$Shape;
            static create(properties?: skep.v1.Meta.$Properties): skep.v1.Meta;

            /**
             * Encodes the specified Meta message. Does not implicitly {@link skep.v1.Meta.verify|verify} messages.
             * @param message Meta message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Meta.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Meta message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Meta & skep.v1.Meta.$Shape} Meta
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Meta & skep.v1.Meta.$Shape;
        }

        namespace Meta {

            /** Properties of a Meta. */
            interface $Properties {

                /** Meta version */
                version?: (number|null);

                /** Meta createdAtMs */
                createdAtMs?: (number|null);

                /** Meta updatedAtMs */
                updatedAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Meta. */
            type $Shape = skep.v1.Meta.$Properties;
        }

        /**
         * Properties of an Annotations.
         * @deprecated Use skep.v1.Annotations.$Properties instead.
         */
        interface IAnnotations extends skep.v1.Annotations.$Properties {
        }

        /** Represents an Annotations. */
        class Annotations {

            /**
             * Constructs a new Annotations.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Annotations.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Annotations name. */
            name: string;

            /** Annotations labels. */
            labels: { [k: string]: string };

            /**
             * Creates a new Annotations instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Annotations instance
             */
            static create(properties: skep.v1.Annotations.$Shape): skep.v1.Annotations & skep.v1.Annotations.$Shape;
            static create(properties?: skep.v1.Annotations.$Properties): skep.v1.Annotations;

            /**
             * Encodes the specified Annotations message. Does not implicitly {@link skep.v1.Annotations.verify|verify} messages.
             * @param message Annotations message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Annotations.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Annotations message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Annotations & skep.v1.Annotations.$Shape} Annotations
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Annotations & skep.v1.Annotations.$Shape;
        }

        namespace Annotations {

            /** Properties of an Annotations. */
            interface $Properties {

                /** Annotations name */
                name?: (string|null);

                /** Annotations labels */
                labels?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Annotations. */
            type $Shape = skep.v1.Annotations.$Properties;
        }

        /**
         * Properties of a Driver.
         * @deprecated Use skep.v1.Driver.$Properties instead.
         */
        interface IDriver extends skep.v1.Driver.$Properties {
        }

        /** Represents a Driver. */
        class Driver {

            /**
             * Constructs a new Driver.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Driver.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Driver name. */
            name: string;

            /** Driver options. */
            options: { [k: string]: string };

            /**
             * Creates a new Driver instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Driver instance
             */
            static create(properties: skep.v1.Driver.$Shape): skep.v1.Driver & skep.v1.Driver.$Shape;
            static create(properties?: skep.v1.Driver.$Properties): skep.v1.Driver;

            /**
             * Encodes the specified Driver message. Does not implicitly {@link skep.v1.Driver.verify|verify} messages.
             * @param message Driver message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Driver.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Driver message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Driver & skep.v1.Driver.$Shape} Driver
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Driver & skep.v1.Driver.$Shape;
        }

        namespace Driver {

            /** Properties of a Driver. */
            interface $Properties {

                /** Driver name */
                name?: (string|null);

                /** Driver options */
                options?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Driver. */
            type $Shape = skep.v1.Driver.$Properties;
        }

        /**
         * Properties of a GenericResource.
         * @deprecated Use skep.v1.GenericResource.$Properties instead.
         */
        interface IGenericResource extends skep.v1.GenericResource.$Properties {
        }

        /** Represents a GenericResource. */
        class GenericResource {

            /**
             * Constructs a new GenericResource.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.GenericResource.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** GenericResource kind. */
            kind: string;

            /** GenericResource value. */
            value?: (string|null);

            /** GenericResource count. */
            count?: (number|null);

            /**
             * Creates a new GenericResource instance using the specified properties.
             * @param [properties] Properties to set
             * @returns GenericResource instance
             */
            static create(properties: skep.v1.GenericResource.$Shape): skep.v1.GenericResource & skep.v1.GenericResource.$Shape;
            static create(properties?: skep.v1.GenericResource.$Properties): skep.v1.GenericResource;

            /**
             * Encodes the specified GenericResource message. Does not implicitly {@link skep.v1.GenericResource.verify|verify} messages.
             * @param message GenericResource message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.GenericResource.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a GenericResource message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.GenericResource & skep.v1.GenericResource.$Shape} GenericResource
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.GenericResource & skep.v1.GenericResource.$Shape;
        }

        namespace GenericResource {

            /** Properties of a GenericResource. */
            interface $Properties {

                /** GenericResource kind */
                kind?: (string|null);

                /** GenericResource value */
                value?: (string|null);

                /** GenericResource count */
                count?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a GenericResource. */
            type $Shape = skep.v1.GenericResource.$Properties;
        }

        /**
         * Properties of a Resources.
         * @deprecated Use skep.v1.Resources.$Properties instead.
         */
        interface IResources extends skep.v1.Resources.$Properties {
        }

        /** Represents a Resources. */
        class Resources {

            /**
             * Constructs a new Resources.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Resources.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Resources nanoCpus. */
            nanoCpus: number;

            /** Resources memoryBytes. */
            memoryBytes: number;

            /** Resources generic. */
            generic: skep.v1.GenericResource.$Properties[];

            /**
             * Creates a new Resources instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Resources instance
             */
            static create(properties: skep.v1.Resources.$Shape): skep.v1.Resources & skep.v1.Resources.$Shape;
            static create(properties?: skep.v1.Resources.$Properties): skep.v1.Resources;

            /**
             * Encodes the specified Resources message. Does not implicitly {@link skep.v1.Resources.verify|verify} messages.
             * @param message Resources message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Resources.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Resources message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Resources & skep.v1.Resources.$Shape} Resources
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Resources & skep.v1.Resources.$Shape;
        }

        namespace Resources {

            /** Properties of a Resources. */
            interface $Properties {

                /** Resources nanoCpus */
                nanoCpus?: (number|null);

                /** Resources memoryBytes */
                memoryBytes?: (number|null);

                /** Resources generic */
                generic?: (skep.v1.GenericResource.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Resources. */
            type $Shape = skep.v1.Resources.$Properties;
        }

        /**
         * Properties of a ResourceLimits.
         * @deprecated Use skep.v1.ResourceLimits.$Properties instead.
         */
        interface IResourceLimits extends skep.v1.ResourceLimits.$Properties {
        }

        /** Represents a ResourceLimits. */
        class ResourceLimits {

            /**
             * Constructs a new ResourceLimits.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ResourceLimits.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResourceLimits nanoCpus. */
            nanoCpus: number;

            /** ResourceLimits memoryBytes. */
            memoryBytes: number;

            /** ResourceLimits pids. */
            pids: number;

            /**
             * Creates a new ResourceLimits instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ResourceLimits instance
             */
            static create(properties: skep.v1.ResourceLimits.$Shape): skep.v1.ResourceLimits & skep.v1.ResourceLimits.$Shape;
            static create(properties?: skep.v1.ResourceLimits.$Properties): skep.v1.ResourceLimits;

            /**
             * Encodes the specified ResourceLimits message. Does not implicitly {@link skep.v1.ResourceLimits.verify|verify} messages.
             * @param message ResourceLimits message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ResourceLimits.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResourceLimits message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ResourceLimits & skep.v1.ResourceLimits.$Shape} ResourceLimits
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ResourceLimits & skep.v1.ResourceLimits.$Shape;
        }

        namespace ResourceLimits {

            /** Properties of a ResourceLimits. */
            interface $Properties {

                /** ResourceLimits nanoCpus */
                nanoCpus?: (number|null);

                /** ResourceLimits memoryBytes */
                memoryBytes?: (number|null);

                /** ResourceLimits pids */
                pids?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResourceLimits. */
            type $Shape = skep.v1.ResourceLimits.$Properties;
        }

        /**
         * Properties of a ResourceRequirements.
         * @deprecated Use skep.v1.ResourceRequirements.$Properties instead.
         */
        interface IResourceRequirements extends skep.v1.ResourceRequirements.$Properties {
        }

        /** Represents a ResourceRequirements. */
        class ResourceRequirements {

            /**
             * Constructs a new ResourceRequirements.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ResourceRequirements.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ResourceRequirements limits. */
            limits?: (skep.v1.ResourceLimits.$Properties|null);

            /** ResourceRequirements reservations. */
            reservations?: (skep.v1.Resources.$Properties|null);

            /** ResourceRequirements swapBytes. */
            swapBytes?: (number|null);

            /** ResourceRequirements memorySwappiness. */
            memorySwappiness?: (number|null);

            /**
             * Creates a new ResourceRequirements instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ResourceRequirements instance
             */
            static create(properties: skep.v1.ResourceRequirements.$Shape): skep.v1.ResourceRequirements & skep.v1.ResourceRequirements.$Shape;
            static create(properties?: skep.v1.ResourceRequirements.$Properties): skep.v1.ResourceRequirements;

            /**
             * Encodes the specified ResourceRequirements message. Does not implicitly {@link skep.v1.ResourceRequirements.verify|verify} messages.
             * @param message ResourceRequirements message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ResourceRequirements.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ResourceRequirements message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ResourceRequirements & skep.v1.ResourceRequirements.$Shape} ResourceRequirements
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ResourceRequirements & skep.v1.ResourceRequirements.$Shape;
        }

        namespace ResourceRequirements {

            /** Properties of a ResourceRequirements. */
            interface $Properties {

                /** ResourceRequirements limits */
                limits?: (skep.v1.ResourceLimits.$Properties|null);

                /** ResourceRequirements reservations */
                reservations?: (skep.v1.Resources.$Properties|null);

                /** ResourceRequirements swapBytes */
                swapBytes?: (number|null);

                /** ResourceRequirements memorySwappiness */
                memorySwappiness?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ResourceRequirements. */
            type $Shape = skep.v1.ResourceRequirements.$Properties;
        }

        /**
         * Properties of a Platform.
         * @deprecated Use skep.v1.Platform.$Properties instead.
         */
        interface IPlatform extends skep.v1.Platform.$Properties {
        }

        /** Represents a Platform. */
        class Platform {

            /**
             * Constructs a new Platform.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Platform.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Platform architecture. */
            architecture: string;

            /** Platform os. */
            os: string;

            /**
             * Creates a new Platform instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Platform instance
             */
            static create(properties: skep.v1.Platform.$Shape): skep.v1.Platform & skep.v1.Platform.$Shape;
            static create(properties?: skep.v1.Platform.$Properties): skep.v1.Platform;

            /**
             * Encodes the specified Platform message. Does not implicitly {@link skep.v1.Platform.verify|verify} messages.
             * @param message Platform message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Platform.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Platform message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Platform & skep.v1.Platform.$Shape} Platform
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Platform & skep.v1.Platform.$Shape;
        }

        namespace Platform {

            /** Properties of a Platform. */
            interface $Properties {

                /** Platform architecture */
                architecture?: (string|null);

                /** Platform os */
                os?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Platform. */
            type $Shape = skep.v1.Platform.$Properties;
        }

        /**
         * Properties of a NodePlugin.
         * @deprecated Use skep.v1.NodePlugin.$Properties instead.
         */
        interface INodePlugin extends skep.v1.NodePlugin.$Properties {
        }

        /** Represents a NodePlugin. */
        class NodePlugin {

            /**
             * Constructs a new NodePlugin.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodePlugin.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodePlugin type. */
            type: string;

            /** NodePlugin name. */
            name: string;

            /**
             * Creates a new NodePlugin instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodePlugin instance
             */
            static create(properties: skep.v1.NodePlugin.$Shape): skep.v1.NodePlugin & skep.v1.NodePlugin.$Shape;
            static create(properties?: skep.v1.NodePlugin.$Properties): skep.v1.NodePlugin;

            /**
             * Encodes the specified NodePlugin message. Does not implicitly {@link skep.v1.NodePlugin.verify|verify} messages.
             * @param message NodePlugin message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodePlugin.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodePlugin message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodePlugin & skep.v1.NodePlugin.$Shape} NodePlugin
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodePlugin & skep.v1.NodePlugin.$Shape;
        }

        namespace NodePlugin {

            /** Properties of a NodePlugin. */
            interface $Properties {

                /** NodePlugin type */
                type?: (string|null);

                /** NodePlugin name */
                name?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodePlugin. */
            type $Shape = skep.v1.NodePlugin.$Properties;
        }

        /**
         * Properties of a NodeTls.
         * @deprecated Use skep.v1.NodeTls.$Properties instead.
         */
        interface INodeTls extends skep.v1.NodeTls.$Properties {
        }

        /** Represents a NodeTls. */
        class NodeTls {

            /**
             * Constructs a new NodeTls.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeTls.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeTls trustRootPem. */
            trustRootPem: string;

            /** NodeTls issuerSubject. */
            issuerSubject: Uint8Array;

            /** NodeTls issuerPublicKey. */
            issuerPublicKey: Uint8Array;

            /**
             * Creates a new NodeTls instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeTls instance
             */
            static create(properties: skep.v1.NodeTls.$Shape): skep.v1.NodeTls & skep.v1.NodeTls.$Shape;
            static create(properties?: skep.v1.NodeTls.$Properties): skep.v1.NodeTls;

            /**
             * Encodes the specified NodeTls message. Does not implicitly {@link skep.v1.NodeTls.verify|verify} messages.
             * @param message NodeTls message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeTls.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeTls message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeTls & skep.v1.NodeTls.$Shape} NodeTls
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeTls & skep.v1.NodeTls.$Shape;
        }

        namespace NodeTls {

            /** Properties of a NodeTls. */
            interface $Properties {

                /** NodeTls trustRootPem */
                trustRootPem?: (string|null);

                /** NodeTls issuerSubject */
                issuerSubject?: (Uint8Array|null);

                /** NodeTls issuerPublicKey */
                issuerPublicKey?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeTls. */
            type $Shape = skep.v1.NodeTls.$Properties;
        }

        /**
         * Properties of a NodeDescription.
         * @deprecated Use skep.v1.NodeDescription.$Properties instead.
         */
        interface INodeDescription extends skep.v1.NodeDescription.$Properties {
        }

        /** Represents a NodeDescription. */
        class NodeDescription {

            /**
             * Constructs a new NodeDescription.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeDescription.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeDescription hostname. */
            hostname: string;

            /** NodeDescription platform. */
            platform?: (skep.v1.Platform.$Properties|null);

            /** NodeDescription resources. */
            resources?: (skep.v1.Resources.$Properties|null);

            /** NodeDescription engineVersion. */
            engineVersion: string;

            /** NodeDescription engineLabels. */
            engineLabels: { [k: string]: string };

            /** NodeDescription plugins. */
            plugins: skep.v1.NodePlugin.$Properties[];

            /** NodeDescription tls. */
            tls?: (skep.v1.NodeTls.$Properties|null);

            /** NodeDescription dataPathAddress. */
            dataPathAddress?: (string|null);

            /** NodeDescription dataPathProbePort. */
            dataPathProbePort?: (number|null);

            /** NodeDescription hostNetworks. */
            hostNetworks?: (skep.v1.HostNetworks.$Properties|null);

            /** NodeDescription encryptionProblem. */
            encryptionProblem?: (string|null);

            /** NodeDescription encryption. */
            encryption?: (skep.v1.NodeEncryption.$Properties|null);

            /**
             * Creates a new NodeDescription instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeDescription instance
             */
            static create(properties: skep.v1.NodeDescription.$Shape): skep.v1.NodeDescription & skep.v1.NodeDescription.$Shape;
            static create(properties?: skep.v1.NodeDescription.$Properties): skep.v1.NodeDescription;

            /**
             * Encodes the specified NodeDescription message. Does not implicitly {@link skep.v1.NodeDescription.verify|verify} messages.
             * @param message NodeDescription message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeDescription.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeDescription message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeDescription & skep.v1.NodeDescription.$Shape} NodeDescription
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeDescription & skep.v1.NodeDescription.$Shape;
        }

        namespace NodeDescription {

            /** Properties of a NodeDescription. */
            interface $Properties {

                /** NodeDescription hostname */
                hostname?: (string|null);

                /** NodeDescription platform */
                platform?: (skep.v1.Platform.$Properties|null);

                /** NodeDescription resources */
                resources?: (skep.v1.Resources.$Properties|null);

                /** NodeDescription engineVersion */
                engineVersion?: (string|null);

                /** NodeDescription engineLabels */
                engineLabels?: ({ [k: string]: string }|null);

                /** NodeDescription plugins */
                plugins?: (skep.v1.NodePlugin.$Properties[]|null);

                /** NodeDescription tls */
                tls?: (skep.v1.NodeTls.$Properties|null);

                /** NodeDescription dataPathAddress */
                dataPathAddress?: (string|null);

                /** NodeDescription dataPathProbePort */
                dataPathProbePort?: (number|null);

                /** NodeDescription hostNetworks */
                hostNetworks?: (skep.v1.HostNetworks.$Properties|null);

                /** NodeDescription encryptionProblem */
                encryptionProblem?: (string|null);

                /** NodeDescription encryption */
                encryption?: (skep.v1.NodeEncryption.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeDescription. */
            type $Shape = skep.v1.NodeDescription.$Properties;
        }

        /**
         * Properties of a HostNetworks.
         * @deprecated Use skep.v1.HostNetworks.$Properties instead.
         */
        interface IHostNetworks extends skep.v1.HostNetworks.$Properties {
        }

        /** Represents a HostNetworks. */
        class HostNetworks {

            /**
             * Constructs a new HostNetworks.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.HostNetworks.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HostNetworks subnets. */
            subnets: string[];

            /**
             * Creates a new HostNetworks instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HostNetworks instance
             */
            static create(properties: skep.v1.HostNetworks.$Shape): skep.v1.HostNetworks & skep.v1.HostNetworks.$Shape;
            static create(properties?: skep.v1.HostNetworks.$Properties): skep.v1.HostNetworks;

            /**
             * Encodes the specified HostNetworks message. Does not implicitly {@link skep.v1.HostNetworks.verify|verify} messages.
             * @param message HostNetworks message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.HostNetworks.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HostNetworks message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.HostNetworks & skep.v1.HostNetworks.$Shape} HostNetworks
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.HostNetworks & skep.v1.HostNetworks.$Shape;
        }

        namespace HostNetworks {

            /** Properties of a HostNetworks. */
            interface $Properties {

                /** HostNetworks subnets */
                subnets?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HostNetworks. */
            type $Shape = skep.v1.HostNetworks.$Properties;
        }

        /**
         * Properties of a NodeEncryption.
         * @deprecated Use skep.v1.NodeEncryption.$Properties instead.
         */
        interface INodeEncryption extends skep.v1.NodeEncryption.$Properties {
        }

        /** Represents a NodeEncryption. */
        class NodeEncryption {

            /**
             * Constructs a new NodeEncryption.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeEncryption.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeEncryption keys. */
            keys: skep.v1.EncryptionKey.$Properties[];

            /**
             * Creates a new NodeEncryption instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeEncryption instance
             */
            static create(properties: skep.v1.NodeEncryption.$Shape): skep.v1.NodeEncryption & skep.v1.NodeEncryption.$Shape;
            static create(properties?: skep.v1.NodeEncryption.$Properties): skep.v1.NodeEncryption;

            /**
             * Encodes the specified NodeEncryption message. Does not implicitly {@link skep.v1.NodeEncryption.verify|verify} messages.
             * @param message NodeEncryption message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeEncryption.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeEncryption message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeEncryption & skep.v1.NodeEncryption.$Shape} NodeEncryption
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeEncryption & skep.v1.NodeEncryption.$Shape;
        }

        namespace NodeEncryption {

            /** Properties of a NodeEncryption. */
            interface $Properties {

                /** NodeEncryption keys */
                keys?: (skep.v1.EncryptionKey.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeEncryption. */
            type $Shape = skep.v1.NodeEncryption.$Properties;
        }

        /**
         * Properties of an EncryptionKey.
         * @deprecated Use skep.v1.EncryptionKey.$Properties instead.
         */
        interface IEncryptionKey extends skep.v1.EncryptionKey.$Properties {
        }

        /** Represents an EncryptionKey. */
        class EncryptionKey {

            /**
             * Constructs a new EncryptionKey.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.EncryptionKey.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EncryptionKey publicKey. */
            publicKey: string;

            /** EncryptionKey port. */
            port: number;

            /**
             * Creates a new EncryptionKey instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EncryptionKey instance
             */
            static create(properties: skep.v1.EncryptionKey.$Shape): skep.v1.EncryptionKey & skep.v1.EncryptionKey.$Shape;
            static create(properties?: skep.v1.EncryptionKey.$Properties): skep.v1.EncryptionKey;

            /**
             * Encodes the specified EncryptionKey message. Does not implicitly {@link skep.v1.EncryptionKey.verify|verify} messages.
             * @param message EncryptionKey message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.EncryptionKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EncryptionKey message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.EncryptionKey & skep.v1.EncryptionKey.$Shape} EncryptionKey
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.EncryptionKey & skep.v1.EncryptionKey.$Shape;
        }

        namespace EncryptionKey {

            /** Properties of an EncryptionKey. */
            interface $Properties {

                /** EncryptionKey publicKey */
                publicKey?: (string|null);

                /** EncryptionKey port */
                port?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EncryptionKey. */
            type $Shape = skep.v1.EncryptionKey.$Properties;
        }

        /**
         * Properties of a NodeStatus.
         * @deprecated Use skep.v1.NodeStatus.$Properties instead.
         */
        interface INodeStatus extends skep.v1.NodeStatus.$Properties {
        }

        /** Represents a NodeStatus. */
        class NodeStatus {

            /**
             * Constructs a new NodeStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeStatus state. */
            state: string;

            /** NodeStatus message. */
            message: string;

            /** NodeStatus address. */
            address: string;

            /**
             * Creates a new NodeStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeStatus instance
             */
            static create(properties: skep.v1.NodeStatus.$Shape): skep.v1.NodeStatus & skep.v1.NodeStatus.$Shape;
            static create(properties?: skep.v1.NodeStatus.$Properties): skep.v1.NodeStatus;

            /**
             * Encodes the specified NodeStatus message. Does not implicitly {@link skep.v1.NodeStatus.verify|verify} messages.
             * @param message NodeStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeStatus & skep.v1.NodeStatus.$Shape} NodeStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeStatus & skep.v1.NodeStatus.$Shape;
        }

        namespace NodeStatus {

            /** Properties of a NodeStatus. */
            interface $Properties {

                /** NodeStatus state */
                state?: (string|null);

                /** NodeStatus message */
                message?: (string|null);

                /** NodeStatus address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeStatus. */
            type $Shape = skep.v1.NodeStatus.$Properties;
        }

        /**
         * Properties of a ManagerStatus.
         * @deprecated Use skep.v1.ManagerStatus.$Properties instead.
         */
        interface IManagerStatus extends skep.v1.ManagerStatus.$Properties {
        }

        /** Represents a ManagerStatus. */
        class ManagerStatus {

            /**
             * Constructs a new ManagerStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ManagerStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ManagerStatus raftId. */
            raftId: number;

            /** ManagerStatus address. */
            address: string;

            /** ManagerStatus leader. */
            leader: boolean;

            /** ManagerStatus reachability. */
            reachability: string;

            /**
             * Creates a new ManagerStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ManagerStatus instance
             */
            static create(properties: skep.v1.ManagerStatus.$Shape): skep.v1.ManagerStatus & skep.v1.ManagerStatus.$Shape;
            static create(properties?: skep.v1.ManagerStatus.$Properties): skep.v1.ManagerStatus;

            /**
             * Encodes the specified ManagerStatus message. Does not implicitly {@link skep.v1.ManagerStatus.verify|verify} messages.
             * @param message ManagerStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ManagerStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ManagerStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ManagerStatus & skep.v1.ManagerStatus.$Shape} ManagerStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ManagerStatus & skep.v1.ManagerStatus.$Shape;
        }

        namespace ManagerStatus {

            /** Properties of a ManagerStatus. */
            interface $Properties {

                /** ManagerStatus raftId */
                raftId?: (number|null);

                /** ManagerStatus address */
                address?: (string|null);

                /** ManagerStatus leader */
                leader?: (boolean|null);

                /** ManagerStatus reachability */
                reachability?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ManagerStatus. */
            type $Shape = skep.v1.ManagerStatus.$Properties;
        }

        /**
         * Properties of a NodeCertificate.
         * @deprecated Use skep.v1.NodeCertificate.$Properties instead.
         */
        interface INodeCertificate extends skep.v1.NodeCertificate.$Properties {
        }

        /** Represents a NodeCertificate. */
        class NodeCertificate {

            /**
             * Constructs a new NodeCertificate.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeCertificate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeCertificate state. */
            state: string;

            /** NodeCertificate message. */
            message: string;

            /** NodeCertificate role. */
            role: string;

            /** NodeCertificate csrPem. */
            csrPem?: (string|null);

            /** NodeCertificate certificatePem. */
            certificatePem?: (string|null);

            /** NodeCertificate commonName. */
            commonName: string;

            /**
             * Creates a new NodeCertificate instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeCertificate instance
             */
            static create(properties: skep.v1.NodeCertificate.$Shape): skep.v1.NodeCertificate & skep.v1.NodeCertificate.$Shape;
            static create(properties?: skep.v1.NodeCertificate.$Properties): skep.v1.NodeCertificate;

            /**
             * Encodes the specified NodeCertificate message. Does not implicitly {@link skep.v1.NodeCertificate.verify|verify} messages.
             * @param message NodeCertificate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeCertificate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeCertificate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeCertificate & skep.v1.NodeCertificate.$Shape} NodeCertificate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeCertificate & skep.v1.NodeCertificate.$Shape;
        }

        namespace NodeCertificate {

            /** Properties of a NodeCertificate. */
            interface $Properties {

                /** NodeCertificate state */
                state?: (string|null);

                /** NodeCertificate message */
                message?: (string|null);

                /** NodeCertificate role */
                role?: (string|null);

                /** NodeCertificate csrPem */
                csrPem?: (string|null);

                /** NodeCertificate certificatePem */
                certificatePem?: (string|null);

                /** NodeCertificate commonName */
                commonName?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeCertificate. */
            type $Shape = skep.v1.NodeCertificate.$Properties;
        }

        /**
         * Properties of an IpamConfig.
         * @deprecated Use skep.v1.IpamConfig.$Properties instead.
         */
        interface IIpamConfig extends skep.v1.IpamConfig.$Properties {
        }

        /** Represents an IpamConfig. */
        class IpamConfig {

            /**
             * Constructs a new IpamConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.IpamConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IpamConfig subnet. */
            subnet: string;

            /** IpamConfig range. */
            range: string;

            /** IpamConfig gateway. */
            gateway: string;

            /** IpamConfig auxAddresses. */
            auxAddresses: { [k: string]: string };

            /**
             * Creates a new IpamConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns IpamConfig instance
             */
            static create(properties: skep.v1.IpamConfig.$Shape): skep.v1.IpamConfig & skep.v1.IpamConfig.$Shape;
            static create(properties?: skep.v1.IpamConfig.$Properties): skep.v1.IpamConfig;

            /**
             * Encodes the specified IpamConfig message. Does not implicitly {@link skep.v1.IpamConfig.verify|verify} messages.
             * @param message IpamConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.IpamConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IpamConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.IpamConfig & skep.v1.IpamConfig.$Shape} IpamConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.IpamConfig & skep.v1.IpamConfig.$Shape;
        }

        namespace IpamConfig {

            /** Properties of an IpamConfig. */
            interface $Properties {

                /** IpamConfig subnet */
                subnet?: (string|null);

                /** IpamConfig range */
                range?: (string|null);

                /** IpamConfig gateway */
                gateway?: (string|null);

                /** IpamConfig auxAddresses */
                auxAddresses?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IpamConfig. */
            type $Shape = skep.v1.IpamConfig.$Properties;
        }

        /**
         * Properties of an Ipam.
         * @deprecated Use skep.v1.Ipam.$Properties instead.
         */
        interface IIpam extends skep.v1.Ipam.$Properties {
        }

        /** Represents an Ipam. */
        class Ipam {

            /**
             * Constructs a new Ipam.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Ipam.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ipam driver. */
            driver?: (skep.v1.Driver.$Properties|null);

            /** Ipam configs. */
            configs: skep.v1.IpamConfig.$Properties[];

            /**
             * Creates a new Ipam instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ipam instance
             */
            static create(properties: skep.v1.Ipam.$Shape): skep.v1.Ipam & skep.v1.Ipam.$Shape;
            static create(properties?: skep.v1.Ipam.$Properties): skep.v1.Ipam;

            /**
             * Encodes the specified Ipam message. Does not implicitly {@link skep.v1.Ipam.verify|verify} messages.
             * @param message Ipam message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Ipam.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ipam message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Ipam & skep.v1.Ipam.$Shape} Ipam
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Ipam & skep.v1.Ipam.$Shape;
        }

        namespace Ipam {

            /** Properties of an Ipam. */
            interface $Properties {

                /** Ipam driver */
                driver?: (skep.v1.Driver.$Properties|null);

                /** Ipam configs */
                configs?: (skep.v1.IpamConfig.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ipam. */
            type $Shape = skep.v1.Ipam.$Properties;
        }

        /**
         * Properties of a PortConfig.
         * @deprecated Use skep.v1.PortConfig.$Properties instead.
         */
        interface IPortConfig extends skep.v1.PortConfig.$Properties {
        }

        /** Represents a PortConfig. */
        class PortConfig {

            /**
             * Constructs a new PortConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.PortConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PortConfig name. */
            name: string;

            /** PortConfig protocol. */
            protocol: string;

            /** PortConfig targetPort. */
            targetPort: number;

            /** PortConfig publishedPort. */
            publishedPort: number;

            /** PortConfig publishMode. */
            publishMode: string;

            /**
             * Creates a new PortConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PortConfig instance
             */
            static create(properties: skep.v1.PortConfig.$Shape): skep.v1.PortConfig & skep.v1.PortConfig.$Shape;
            static create(properties?: skep.v1.PortConfig.$Properties): skep.v1.PortConfig;

            /**
             * Encodes the specified PortConfig message. Does not implicitly {@link skep.v1.PortConfig.verify|verify} messages.
             * @param message PortConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.PortConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PortConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.PortConfig & skep.v1.PortConfig.$Shape} PortConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.PortConfig & skep.v1.PortConfig.$Shape;
        }

        namespace PortConfig {

            /** Properties of a PortConfig. */
            interface $Properties {

                /** PortConfig name */
                name?: (string|null);

                /** PortConfig protocol */
                protocol?: (string|null);

                /** PortConfig targetPort */
                targetPort?: (number|null);

                /** PortConfig publishedPort */
                publishedPort?: (number|null);

                /** PortConfig publishMode */
                publishMode?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PortConfig. */
            type $Shape = skep.v1.PortConfig.$Properties;
        }

        /**
         * Properties of an EndpointSpec.
         * @deprecated Use skep.v1.EndpointSpec.$Properties instead.
         */
        interface IEndpointSpec extends skep.v1.EndpointSpec.$Properties {
        }

        /** Represents an EndpointSpec. */
        class EndpointSpec {

            /**
             * Constructs a new EndpointSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.EndpointSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EndpointSpec mode. */
            mode: string;

            /** EndpointSpec ports. */
            ports: skep.v1.PortConfig.$Properties[];

            /**
             * Creates a new EndpointSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EndpointSpec instance
             */
            static create(properties: skep.v1.EndpointSpec.$Shape): skep.v1.EndpointSpec & skep.v1.EndpointSpec.$Shape;
            static create(properties?: skep.v1.EndpointSpec.$Properties): skep.v1.EndpointSpec;

            /**
             * Encodes the specified EndpointSpec message. Does not implicitly {@link skep.v1.EndpointSpec.verify|verify} messages.
             * @param message EndpointSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.EndpointSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EndpointSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.EndpointSpec & skep.v1.EndpointSpec.$Shape} EndpointSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.EndpointSpec & skep.v1.EndpointSpec.$Shape;
        }

        namespace EndpointSpec {

            /** Properties of an EndpointSpec. */
            interface $Properties {

                /** EndpointSpec mode */
                mode?: (string|null);

                /** EndpointSpec ports */
                ports?: (skep.v1.PortConfig.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EndpointSpec. */
            type $Shape = skep.v1.EndpointSpec.$Properties;
        }

        /**
         * Properties of a VirtualIp.
         * @deprecated Use skep.v1.VirtualIp.$Properties instead.
         */
        interface IVirtualIp extends skep.v1.VirtualIp.$Properties {
        }

        /** Represents a VirtualIp. */
        class VirtualIp {

            /**
             * Constructs a new VirtualIp.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.VirtualIp.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VirtualIp networkId. */
            networkId: string;

            /** VirtualIp address. */
            address: string;

            /**
             * Creates a new VirtualIp instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VirtualIp instance
             */
            static create(properties: skep.v1.VirtualIp.$Shape): skep.v1.VirtualIp & skep.v1.VirtualIp.$Shape;
            static create(properties?: skep.v1.VirtualIp.$Properties): skep.v1.VirtualIp;

            /**
             * Encodes the specified VirtualIp message. Does not implicitly {@link skep.v1.VirtualIp.verify|verify} messages.
             * @param message VirtualIp message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.VirtualIp.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VirtualIp message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.VirtualIp & skep.v1.VirtualIp.$Shape} VirtualIp
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.VirtualIp & skep.v1.VirtualIp.$Shape;
        }

        namespace VirtualIp {

            /** Properties of a VirtualIp. */
            interface $Properties {

                /** VirtualIp networkId */
                networkId?: (string|null);

                /** VirtualIp address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VirtualIp. */
            type $Shape = skep.v1.VirtualIp.$Properties;
        }

        /**
         * Properties of an Endpoint.
         * @deprecated Use skep.v1.Endpoint.$Properties instead.
         */
        interface IEndpoint extends skep.v1.Endpoint.$Properties {
        }

        /** Represents an Endpoint. */
        class Endpoint {

            /**
             * Constructs a new Endpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Endpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Endpoint spec. */
            spec?: (skep.v1.EndpointSpec.$Properties|null);

            /** Endpoint ports. */
            ports: skep.v1.PortConfig.$Properties[];

            /** Endpoint virtualIps. */
            virtualIps: skep.v1.VirtualIp.$Properties[];

            /**
             * Creates a new Endpoint instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Endpoint instance
             */
            static create(properties: skep.v1.Endpoint.$Shape): skep.v1.Endpoint & skep.v1.Endpoint.$Shape;
            static create(properties?: skep.v1.Endpoint.$Properties): skep.v1.Endpoint;

            /**
             * Encodes the specified Endpoint message. Does not implicitly {@link skep.v1.Endpoint.verify|verify} messages.
             * @param message Endpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Endpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Endpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Endpoint & skep.v1.Endpoint.$Shape} Endpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Endpoint & skep.v1.Endpoint.$Shape;
        }

        namespace Endpoint {

            /** Properties of an Endpoint. */
            interface $Properties {

                /** Endpoint spec */
                spec?: (skep.v1.EndpointSpec.$Properties|null);

                /** Endpoint ports */
                ports?: (skep.v1.PortConfig.$Properties[]|null);

                /** Endpoint virtualIps */
                virtualIps?: (skep.v1.VirtualIp.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Endpoint. */
            type $Shape = skep.v1.Endpoint.$Properties;
        }

        /**
         * Properties of an UpdateStatus.
         * @deprecated Use skep.v1.UpdateStatus.$Properties instead.
         */
        interface IUpdateStatus extends skep.v1.UpdateStatus.$Properties {
        }

        /** Represents an UpdateStatus. */
        class UpdateStatus {

            /**
             * Constructs a new UpdateStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateStatus state. */
            state: string;

            /** UpdateStatus startedAtMs. */
            startedAtMs?: (number|null);

            /** UpdateStatus completedAtMs. */
            completedAtMs?: (number|null);

            /** UpdateStatus message. */
            message: string;

            /**
             * Creates a new UpdateStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateStatus instance
             */
            static create(properties: skep.v1.UpdateStatus.$Shape): skep.v1.UpdateStatus & skep.v1.UpdateStatus.$Shape;
            static create(properties?: skep.v1.UpdateStatus.$Properties): skep.v1.UpdateStatus;

            /**
             * Encodes the specified UpdateStatus message. Does not implicitly {@link skep.v1.UpdateStatus.verify|verify} messages.
             * @param message UpdateStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateStatus & skep.v1.UpdateStatus.$Shape} UpdateStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateStatus & skep.v1.UpdateStatus.$Shape;
        }

        namespace UpdateStatus {

            /** Properties of an UpdateStatus. */
            interface $Properties {

                /** UpdateStatus state */
                state?: (string|null);

                /** UpdateStatus startedAtMs */
                startedAtMs?: (number|null);

                /** UpdateStatus completedAtMs */
                completedAtMs?: (number|null);

                /** UpdateStatus message */
                message?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateStatus. */
            type $Shape = skep.v1.UpdateStatus.$Properties;
        }

        /**
         * Properties of a JobStatus.
         * @deprecated Use skep.v1.JobStatus.$Properties instead.
         */
        interface IJobStatus extends skep.v1.JobStatus.$Properties {
        }

        /** Represents a JobStatus. */
        class JobStatus {

            /**
             * Constructs a new JobStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.JobStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** JobStatus jobIteration. */
            jobIteration: number;

            /** JobStatus lastExecutionMs. */
            lastExecutionMs: number;

            /**
             * Creates a new JobStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns JobStatus instance
             */
            static create(properties: skep.v1.JobStatus.$Shape): skep.v1.JobStatus & skep.v1.JobStatus.$Shape;
            static create(properties?: skep.v1.JobStatus.$Properties): skep.v1.JobStatus;

            /**
             * Encodes the specified JobStatus message. Does not implicitly {@link skep.v1.JobStatus.verify|verify} messages.
             * @param message JobStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.JobStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a JobStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.JobStatus & skep.v1.JobStatus.$Shape} JobStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.JobStatus & skep.v1.JobStatus.$Shape;
        }

        namespace JobStatus {

            /** Properties of a JobStatus. */
            interface $Properties {

                /** JobStatus jobIteration */
                jobIteration?: (number|null);

                /** JobStatus lastExecutionMs */
                lastExecutionMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a JobStatus. */
            type $Shape = skep.v1.JobStatus.$Properties;
        }

        /**
         * Properties of a ContainerStatus.
         * @deprecated Use skep.v1.ContainerStatus.$Properties instead.
         */
        interface IContainerStatus extends skep.v1.ContainerStatus.$Properties {
        }

        /** Represents a ContainerStatus. */
        class ContainerStatus {

            /**
             * Constructs a new ContainerStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ContainerStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ContainerStatus containerId. */
            containerId: string;

            /** ContainerStatus pid. */
            pid: number;

            /** ContainerStatus exitCode. */
            exitCode: number;

            /**
             * Creates a new ContainerStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ContainerStatus instance
             */
            static create(properties: skep.v1.ContainerStatus.$Shape): skep.v1.ContainerStatus & skep.v1.ContainerStatus.$Shape;
            static create(properties?: skep.v1.ContainerStatus.$Properties): skep.v1.ContainerStatus;

            /**
             * Encodes the specified ContainerStatus message. Does not implicitly {@link skep.v1.ContainerStatus.verify|verify} messages.
             * @param message ContainerStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ContainerStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ContainerStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ContainerStatus & skep.v1.ContainerStatus.$Shape} ContainerStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ContainerStatus & skep.v1.ContainerStatus.$Shape;
        }

        namespace ContainerStatus {

            /** Properties of a ContainerStatus. */
            interface $Properties {

                /** ContainerStatus containerId */
                containerId?: (string|null);

                /** ContainerStatus pid */
                pid?: (number|null);

                /** ContainerStatus exitCode */
                exitCode?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ContainerStatus. */
            type $Shape = skep.v1.ContainerStatus.$Properties;
        }

        /**
         * Properties of a TaskStatus.
         * @deprecated Use skep.v1.TaskStatus.$Properties instead.
         */
        interface ITaskStatus extends skep.v1.TaskStatus.$Properties {
        }

        /** Represents a TaskStatus. */
        class TaskStatus {

            /**
             * Constructs a new TaskStatus.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TaskStatus.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskStatus state. */
            state: number;

            /** TaskStatus timestampMs. */
            timestampMs: number;

            /** TaskStatus message. */
            message: string;

            /** TaskStatus err. */
            err: string;

            /** TaskStatus container. */
            container?: (skep.v1.ContainerStatus.$Properties|null);

            /** TaskStatus ports. */
            ports: skep.v1.PortConfig.$Properties[];

            /** TaskStatus appliedBy. */
            appliedBy: string;

            /** TaskStatus appliedAtMs. */
            appliedAtMs?: (number|null);

            /**
             * Creates a new TaskStatus instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TaskStatus instance
             */
            static create(properties: skep.v1.TaskStatus.$Shape): skep.v1.TaskStatus & skep.v1.TaskStatus.$Shape;
            static create(properties?: skep.v1.TaskStatus.$Properties): skep.v1.TaskStatus;

            /**
             * Encodes the specified TaskStatus message. Does not implicitly {@link skep.v1.TaskStatus.verify|verify} messages.
             * @param message TaskStatus message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TaskStatus.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskStatus message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TaskStatus & skep.v1.TaskStatus.$Shape} TaskStatus
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TaskStatus & skep.v1.TaskStatus.$Shape;
        }

        namespace TaskStatus {

            /** Properties of a TaskStatus. */
            interface $Properties {

                /** TaskStatus state */
                state?: (number|null);

                /** TaskStatus timestampMs */
                timestampMs?: (number|null);

                /** TaskStatus message */
                message?: (string|null);

                /** TaskStatus err */
                err?: (string|null);

                /** TaskStatus container */
                container?: (skep.v1.ContainerStatus.$Properties|null);

                /** TaskStatus ports */
                ports?: (skep.v1.PortConfig.$Properties[]|null);

                /** TaskStatus appliedBy */
                appliedBy?: (string|null);

                /** TaskStatus appliedAtMs */
                appliedAtMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskStatus. */
            type $Shape = skep.v1.TaskStatus.$Properties;
        }

        /**
         * Properties of a RefRequest.
         * @deprecated Use skep.v1.RefRequest.$Properties instead.
         */
        interface IRefRequest extends skep.v1.RefRequest.$Properties {
        }

        /** Represents a RefRequest. */
        class RefRequest {

            /**
             * Constructs a new RefRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RefRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RefRequest ref. */
            ref: string;

            /**
             * Creates a new RefRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RefRequest instance
             */
            static create(properties: skep.v1.RefRequest.$Shape): skep.v1.RefRequest & skep.v1.RefRequest.$Shape;
            static create(properties?: skep.v1.RefRequest.$Properties): skep.v1.RefRequest;

            /**
             * Encodes the specified RefRequest message. Does not implicitly {@link skep.v1.RefRequest.verify|verify} messages.
             * @param message RefRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RefRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RefRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RefRequest & skep.v1.RefRequest.$Shape} RefRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RefRequest & skep.v1.RefRequest.$Shape;
        }

        namespace RefRequest {

            /** Properties of a RefRequest. */
            interface $Properties {

                /** RefRequest ref */
                ref?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RefRequest. */
            type $Shape = skep.v1.RefRequest.$Properties;
        }

        /**
         * Properties of a RemoveNodeRequest.
         * @deprecated Use skep.v1.RemoveNodeRequest.$Properties instead.
         */
        interface IRemoveNodeRequest extends skep.v1.RemoveNodeRequest.$Properties {
        }

        /** Represents a RemoveNodeRequest. */
        class RemoveNodeRequest {

            /**
             * Constructs a new RemoveNodeRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RemoveNodeRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RemoveNodeRequest ref. */
            ref: string;

            /** RemoveNodeRequest force. */
            force: boolean;

            /**
             * Creates a new RemoveNodeRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RemoveNodeRequest instance
             */
            static create(properties: skep.v1.RemoveNodeRequest.$Shape): skep.v1.RemoveNodeRequest & skep.v1.RemoveNodeRequest.$Shape;
            static create(properties?: skep.v1.RemoveNodeRequest.$Properties): skep.v1.RemoveNodeRequest;

            /**
             * Encodes the specified RemoveNodeRequest message. Does not implicitly {@link skep.v1.RemoveNodeRequest.verify|verify} messages.
             * @param message RemoveNodeRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RemoveNodeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RemoveNodeRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RemoveNodeRequest & skep.v1.RemoveNodeRequest.$Shape} RemoveNodeRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RemoveNodeRequest & skep.v1.RemoveNodeRequest.$Shape;
        }

        namespace RemoveNodeRequest {

            /** Properties of a RemoveNodeRequest. */
            interface $Properties {

                /** RemoveNodeRequest ref */
                ref?: (string|null);

                /** RemoveNodeRequest force */
                force?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RemoveNodeRequest. */
            type $Shape = skep.v1.RemoveNodeRequest.$Properties;
        }

        /**
         * Properties of a TokenRotation.
         * @deprecated Use skep.v1.TokenRotation.$Properties instead.
         */
        interface ITokenRotation extends skep.v1.TokenRotation.$Properties {
        }

        /** Represents a TokenRotation. */
        class TokenRotation {

            /**
             * Constructs a new TokenRotation.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TokenRotation.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TokenRotation workerToken. */
            workerToken: boolean;

            /** TokenRotation managerToken. */
            managerToken: boolean;

            /** TokenRotation managerUnlockKey. */
            managerUnlockKey: boolean;

            /**
             * Creates a new TokenRotation instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TokenRotation instance
             */
            static create(properties: skep.v1.TokenRotation.$Shape): skep.v1.TokenRotation & skep.v1.TokenRotation.$Shape;
            static create(properties?: skep.v1.TokenRotation.$Properties): skep.v1.TokenRotation;

            /**
             * Encodes the specified TokenRotation message. Does not implicitly {@link skep.v1.TokenRotation.verify|verify} messages.
             * @param message TokenRotation message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TokenRotation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TokenRotation message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TokenRotation & skep.v1.TokenRotation.$Shape} TokenRotation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TokenRotation & skep.v1.TokenRotation.$Shape;
        }

        namespace TokenRotation {

            /** Properties of a TokenRotation. */
            interface $Properties {

                /** TokenRotation workerToken */
                workerToken?: (boolean|null);

                /** TokenRotation managerToken */
                managerToken?: (boolean|null);

                /** TokenRotation managerUnlockKey */
                managerUnlockKey?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TokenRotation. */
            type $Shape = skep.v1.TokenRotation.$Properties;
        }

        /**
         * Properties of an UpdateClusterRequest.
         * @deprecated Use skep.v1.UpdateClusterRequest.$Properties instead.
         */
        interface IUpdateClusterRequest extends skep.v1.UpdateClusterRequest.$Properties {
        }

        /** Represents an UpdateClusterRequest. */
        class UpdateClusterRequest {

            /**
             * Constructs a new UpdateClusterRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateClusterRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateClusterRequest version. */
            version: number;

            /** UpdateClusterRequest spec. */
            spec?: (skep.v1.ClusterSpec.$Properties|null);

            /** UpdateClusterRequest rotate. */
            rotate?: (skep.v1.TokenRotation.$Properties|null);

            /**
             * Creates a new UpdateClusterRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateClusterRequest instance
             */
            static create(properties: skep.v1.UpdateClusterRequest.$Shape): skep.v1.UpdateClusterRequest & skep.v1.UpdateClusterRequest.$Shape;
            static create(properties?: skep.v1.UpdateClusterRequest.$Properties): skep.v1.UpdateClusterRequest;

            /**
             * Encodes the specified UpdateClusterRequest message. Does not implicitly {@link skep.v1.UpdateClusterRequest.verify|verify} messages.
             * @param message UpdateClusterRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateClusterRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateClusterRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateClusterRequest & skep.v1.UpdateClusterRequest.$Shape} UpdateClusterRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateClusterRequest & skep.v1.UpdateClusterRequest.$Shape;
        }

        namespace UpdateClusterRequest {

            /** Properties of an UpdateClusterRequest. */
            interface $Properties {

                /** UpdateClusterRequest version */
                version?: (number|null);

                /** UpdateClusterRequest spec */
                spec?: (skep.v1.ClusterSpec.$Properties|null);

                /** UpdateClusterRequest rotate */
                rotate?: (skep.v1.TokenRotation.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateClusterRequest. */
            type $Shape = skep.v1.UpdateClusterRequest.$Properties;
        }

        /**
         * Properties of an UpdateNodeRequest.
         * @deprecated Use skep.v1.UpdateNodeRequest.$Properties instead.
         */
        interface IUpdateNodeRequest extends skep.v1.UpdateNodeRequest.$Properties {
        }

        /** Represents an UpdateNodeRequest. */
        class UpdateNodeRequest {

            /**
             * Constructs a new UpdateNodeRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateNodeRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateNodeRequest id. */
            id: string;

            /** UpdateNodeRequest version. */
            version: number;

            /** UpdateNodeRequest spec. */
            spec?: (skep.v1.NodeSpec.$Properties|null);

            /**
             * Creates a new UpdateNodeRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateNodeRequest instance
             */
            static create(properties: skep.v1.UpdateNodeRequest.$Shape): skep.v1.UpdateNodeRequest & skep.v1.UpdateNodeRequest.$Shape;
            static create(properties?: skep.v1.UpdateNodeRequest.$Properties): skep.v1.UpdateNodeRequest;

            /**
             * Encodes the specified UpdateNodeRequest message. Does not implicitly {@link skep.v1.UpdateNodeRequest.verify|verify} messages.
             * @param message UpdateNodeRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateNodeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateNodeRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateNodeRequest & skep.v1.UpdateNodeRequest.$Shape} UpdateNodeRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateNodeRequest & skep.v1.UpdateNodeRequest.$Shape;
        }

        namespace UpdateNodeRequest {

            /** Properties of an UpdateNodeRequest. */
            interface $Properties {

                /** UpdateNodeRequest id */
                id?: (string|null);

                /** UpdateNodeRequest version */
                version?: (number|null);

                /** UpdateNodeRequest spec */
                spec?: (skep.v1.NodeSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateNodeRequest. */
            type $Shape = skep.v1.UpdateNodeRequest.$Properties;
        }

        /**
         * Properties of a CreateServiceRequest.
         * @deprecated Use skep.v1.CreateServiceRequest.$Properties instead.
         */
        interface ICreateServiceRequest extends skep.v1.CreateServiceRequest.$Properties {
        }

        /** Represents a CreateServiceRequest. */
        class CreateServiceRequest {

            /**
             * Constructs a new CreateServiceRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.CreateServiceRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CreateServiceRequest spec. */
            spec?: (skep.v1.ServiceSpec.$Properties|null);

            /**
             * Creates a new CreateServiceRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CreateServiceRequest instance
             */
            static create(properties: skep.v1.CreateServiceRequest.$Shape): skep.v1.CreateServiceRequest & skep.v1.CreateServiceRequest.$Shape;
            static create(properties?: skep.v1.CreateServiceRequest.$Properties): skep.v1.CreateServiceRequest;

            /**
             * Encodes the specified CreateServiceRequest message. Does not implicitly {@link skep.v1.CreateServiceRequest.verify|verify} messages.
             * @param message CreateServiceRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.CreateServiceRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CreateServiceRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.CreateServiceRequest & skep.v1.CreateServiceRequest.$Shape} CreateServiceRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.CreateServiceRequest & skep.v1.CreateServiceRequest.$Shape;
        }

        namespace CreateServiceRequest {

            /** Properties of a CreateServiceRequest. */
            interface $Properties {

                /** CreateServiceRequest spec */
                spec?: (skep.v1.ServiceSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CreateServiceRequest. */
            type $Shape = skep.v1.CreateServiceRequest.$Properties;
        }

        /**
         * Properties of an UpdateServiceRequest.
         * @deprecated Use skep.v1.UpdateServiceRequest.$Properties instead.
         */
        interface IUpdateServiceRequest extends skep.v1.UpdateServiceRequest.$Properties {
        }

        /** Represents an UpdateServiceRequest. */
        class UpdateServiceRequest {

            /**
             * Constructs a new UpdateServiceRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateServiceRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateServiceRequest id. */
            id: string;

            /** UpdateServiceRequest version. */
            version: number;

            /** UpdateServiceRequest spec. */
            spec?: (skep.v1.ServiceSpec.$Properties|null);

            /** UpdateServiceRequest rollback. */
            rollback: boolean;

            /**
             * Creates a new UpdateServiceRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateServiceRequest instance
             */
            static create(properties: skep.v1.UpdateServiceRequest.$Shape): skep.v1.UpdateServiceRequest & skep.v1.UpdateServiceRequest.$Shape;
            static create(properties?: skep.v1.UpdateServiceRequest.$Properties): skep.v1.UpdateServiceRequest;

            /**
             * Encodes the specified UpdateServiceRequest message. Does not implicitly {@link skep.v1.UpdateServiceRequest.verify|verify} messages.
             * @param message UpdateServiceRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateServiceRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateServiceRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateServiceRequest & skep.v1.UpdateServiceRequest.$Shape} UpdateServiceRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateServiceRequest & skep.v1.UpdateServiceRequest.$Shape;
        }

        namespace UpdateServiceRequest {

            /** Properties of an UpdateServiceRequest. */
            interface $Properties {

                /** UpdateServiceRequest id */
                id?: (string|null);

                /** UpdateServiceRequest version */
                version?: (number|null);

                /** UpdateServiceRequest spec */
                spec?: (skep.v1.ServiceSpec.$Properties|null);

                /** UpdateServiceRequest rollback */
                rollback?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateServiceRequest. */
            type $Shape = skep.v1.UpdateServiceRequest.$Properties;
        }

        /**
         * Properties of an IdsRequest.
         * @deprecated Use skep.v1.IdsRequest.$Properties instead.
         */
        interface IIdsRequest extends skep.v1.IdsRequest.$Properties {
        }

        /** Represents an IdsRequest. */
        class IdsRequest {

            /**
             * Constructs a new IdsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.IdsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** IdsRequest ids. */
            ids: string[];

            /**
             * Creates a new IdsRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns IdsRequest instance
             */
            static create(properties: skep.v1.IdsRequest.$Shape): skep.v1.IdsRequest & skep.v1.IdsRequest.$Shape;
            static create(properties?: skep.v1.IdsRequest.$Properties): skep.v1.IdsRequest;

            /**
             * Encodes the specified IdsRequest message. Does not implicitly {@link skep.v1.IdsRequest.verify|verify} messages.
             * @param message IdsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.IdsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an IdsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.IdsRequest & skep.v1.IdsRequest.$Shape} IdsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.IdsRequest & skep.v1.IdsRequest.$Shape;
        }

        namespace IdsRequest {

            /** Properties of an IdsRequest. */
            interface $Properties {

                /** IdsRequest ids */
                ids?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an IdsRequest. */
            type $Shape = skep.v1.IdsRequest.$Properties;
        }

        /**
         * Properties of a ServiceTaskCounts.
         * @deprecated Use skep.v1.ServiceTaskCounts.$Properties instead.
         */
        interface IServiceTaskCounts extends skep.v1.ServiceTaskCounts.$Properties {
        }

        /** Represents a ServiceTaskCounts. */
        class ServiceTaskCounts {

            /**
             * Constructs a new ServiceTaskCounts.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ServiceTaskCounts.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServiceTaskCounts running. */
            running: number;

            /** ServiceTaskCounts desired. */
            desired: number;

            /** ServiceTaskCounts completed. */
            completed: number;

            /**
             * Creates a new ServiceTaskCounts instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ServiceTaskCounts instance
             */
            static create(properties: skep.v1.ServiceTaskCounts.$Shape): skep.v1.ServiceTaskCounts & skep.v1.ServiceTaskCounts.$Shape;
            static create(properties?: skep.v1.ServiceTaskCounts.$Properties): skep.v1.ServiceTaskCounts;

            /**
             * Encodes the specified ServiceTaskCounts message. Does not implicitly {@link skep.v1.ServiceTaskCounts.verify|verify} messages.
             * @param message ServiceTaskCounts message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ServiceTaskCounts.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServiceTaskCounts message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ServiceTaskCounts & skep.v1.ServiceTaskCounts.$Shape} ServiceTaskCounts
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ServiceTaskCounts & skep.v1.ServiceTaskCounts.$Shape;
        }

        namespace ServiceTaskCounts {

            /** Properties of a ServiceTaskCounts. */
            interface $Properties {

                /** ServiceTaskCounts running */
                running?: (number|null);

                /** ServiceTaskCounts desired */
                desired?: (number|null);

                /** ServiceTaskCounts completed */
                completed?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServiceTaskCounts. */
            type $Shape = skep.v1.ServiceTaskCounts.$Properties;
        }

        /**
         * Properties of a ServiceStatusesPart.
         * @deprecated Use skep.v1.ServiceStatusesPart.$Properties instead.
         */
        interface IServiceStatusesPart extends skep.v1.ServiceStatusesPart.$Properties {
        }

        /** Represents a ServiceStatusesPart. */
        class ServiceStatusesPart {

            /**
             * Constructs a new ServiceStatusesPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ServiceStatusesPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServiceStatusesPart counts. */
            counts: { [k: string]: skep.v1.ServiceTaskCounts.$Properties };

            /**
             * Creates a new ServiceStatusesPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ServiceStatusesPart instance
             */
            static create(properties: skep.v1.ServiceStatusesPart.$Shape): skep.v1.ServiceStatusesPart & skep.v1.ServiceStatusesPart.$Shape;
            static create(properties?: skep.v1.ServiceStatusesPart.$Properties): skep.v1.ServiceStatusesPart;

            /**
             * Encodes the specified ServiceStatusesPart message. Does not implicitly {@link skep.v1.ServiceStatusesPart.verify|verify} messages.
             * @param message ServiceStatusesPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ServiceStatusesPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServiceStatusesPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ServiceStatusesPart & skep.v1.ServiceStatusesPart.$Shape} ServiceStatusesPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ServiceStatusesPart & skep.v1.ServiceStatusesPart.$Shape;
        }

        namespace ServiceStatusesPart {

            /** Properties of a ServiceStatusesPart. */
            interface $Properties {

                /** ServiceStatusesPart counts */
                counts?: ({ [k: string]: skep.v1.ServiceTaskCounts.$Properties }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServiceStatusesPart. */
            type $Shape = skep.v1.ServiceStatusesPart.$Properties;
        }

        /**
         * Properties of a ListTasksRequest.
         * @deprecated Use skep.v1.ListTasksRequest.$Properties instead.
         */
        interface IListTasksRequest extends skep.v1.ListTasksRequest.$Properties {
        }

        /** Represents a ListTasksRequest. */
        class ListTasksRequest {

            /**
             * Constructs a new ListTasksRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ListTasksRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ListTasksRequest serviceId. */
            serviceId?: (string|null);

            /** ListTasksRequest nodeId. */
            nodeId?: (string|null);

            /** ListTasksRequest networkId. */
            networkId?: (string|null);

            /**
             * Creates a new ListTasksRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ListTasksRequest instance
             */
            static create(properties: skep.v1.ListTasksRequest.$Shape): skep.v1.ListTasksRequest & skep.v1.ListTasksRequest.$Shape;
            static create(properties?: skep.v1.ListTasksRequest.$Properties): skep.v1.ListTasksRequest;

            /**
             * Encodes the specified ListTasksRequest message. Does not implicitly {@link skep.v1.ListTasksRequest.verify|verify} messages.
             * @param message ListTasksRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ListTasksRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ListTasksRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ListTasksRequest & skep.v1.ListTasksRequest.$Shape} ListTasksRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ListTasksRequest & skep.v1.ListTasksRequest.$Shape;
        }

        namespace ListTasksRequest {

            /** Properties of a ListTasksRequest. */
            interface $Properties {

                /** ListTasksRequest serviceId */
                serviceId?: (string|null);

                /** ListTasksRequest nodeId */
                nodeId?: (string|null);

                /** ListTasksRequest networkId */
                networkId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ListTasksRequest. */
            type $Shape = skep.v1.ListTasksRequest.$Properties;
        }

        /**
         * Properties of a CreateNetworkRequest.
         * @deprecated Use skep.v1.CreateNetworkRequest.$Properties instead.
         */
        interface ICreateNetworkRequest extends skep.v1.CreateNetworkRequest.$Properties {
        }

        /** Represents a CreateNetworkRequest. */
        class CreateNetworkRequest {

            /**
             * Constructs a new CreateNetworkRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.CreateNetworkRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CreateNetworkRequest spec. */
            spec?: (skep.v1.NetworkSpec.$Properties|null);

            /**
             * Creates a new CreateNetworkRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CreateNetworkRequest instance
             */
            static create(properties: skep.v1.CreateNetworkRequest.$Shape): skep.v1.CreateNetworkRequest & skep.v1.CreateNetworkRequest.$Shape;
            static create(properties?: skep.v1.CreateNetworkRequest.$Properties): skep.v1.CreateNetworkRequest;

            /**
             * Encodes the specified CreateNetworkRequest message. Does not implicitly {@link skep.v1.CreateNetworkRequest.verify|verify} messages.
             * @param message CreateNetworkRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.CreateNetworkRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CreateNetworkRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.CreateNetworkRequest & skep.v1.CreateNetworkRequest.$Shape} CreateNetworkRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.CreateNetworkRequest & skep.v1.CreateNetworkRequest.$Shape;
        }

        namespace CreateNetworkRequest {

            /** Properties of a CreateNetworkRequest. */
            interface $Properties {

                /** CreateNetworkRequest spec */
                spec?: (skep.v1.NetworkSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CreateNetworkRequest. */
            type $Shape = skep.v1.CreateNetworkRequest.$Properties;
        }

        /**
         * Properties of a CreateSecretRequest.
         * @deprecated Use skep.v1.CreateSecretRequest.$Properties instead.
         */
        interface ICreateSecretRequest extends skep.v1.CreateSecretRequest.$Properties {
        }

        /** Represents a CreateSecretRequest. */
        class CreateSecretRequest {

            /**
             * Constructs a new CreateSecretRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.CreateSecretRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CreateSecretRequest spec. */
            spec?: (skep.v1.SecretSpec.$Properties|null);

            /**
             * Creates a new CreateSecretRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CreateSecretRequest instance
             */
            static create(properties: skep.v1.CreateSecretRequest.$Shape): skep.v1.CreateSecretRequest & skep.v1.CreateSecretRequest.$Shape;
            static create(properties?: skep.v1.CreateSecretRequest.$Properties): skep.v1.CreateSecretRequest;

            /**
             * Encodes the specified CreateSecretRequest message. Does not implicitly {@link skep.v1.CreateSecretRequest.verify|verify} messages.
             * @param message CreateSecretRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.CreateSecretRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CreateSecretRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.CreateSecretRequest & skep.v1.CreateSecretRequest.$Shape} CreateSecretRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.CreateSecretRequest & skep.v1.CreateSecretRequest.$Shape;
        }

        namespace CreateSecretRequest {

            /** Properties of a CreateSecretRequest. */
            interface $Properties {

                /** CreateSecretRequest spec */
                spec?: (skep.v1.SecretSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CreateSecretRequest. */
            type $Shape = skep.v1.CreateSecretRequest.$Properties;
        }

        /**
         * Properties of an UpdateSecretRequest.
         * @deprecated Use skep.v1.UpdateSecretRequest.$Properties instead.
         */
        interface IUpdateSecretRequest extends skep.v1.UpdateSecretRequest.$Properties {
        }

        /** Represents an UpdateSecretRequest. */
        class UpdateSecretRequest {

            /**
             * Constructs a new UpdateSecretRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateSecretRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateSecretRequest id. */
            id: string;

            /** UpdateSecretRequest version. */
            version: number;

            /** UpdateSecretRequest spec. */
            spec?: (skep.v1.SecretSpec.$Properties|null);

            /**
             * Creates a new UpdateSecretRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateSecretRequest instance
             */
            static create(properties: skep.v1.UpdateSecretRequest.$Shape): skep.v1.UpdateSecretRequest & skep.v1.UpdateSecretRequest.$Shape;
            static create(properties?: skep.v1.UpdateSecretRequest.$Properties): skep.v1.UpdateSecretRequest;

            /**
             * Encodes the specified UpdateSecretRequest message. Does not implicitly {@link skep.v1.UpdateSecretRequest.verify|verify} messages.
             * @param message UpdateSecretRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateSecretRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateSecretRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateSecretRequest & skep.v1.UpdateSecretRequest.$Shape} UpdateSecretRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateSecretRequest & skep.v1.UpdateSecretRequest.$Shape;
        }

        namespace UpdateSecretRequest {

            /** Properties of an UpdateSecretRequest. */
            interface $Properties {

                /** UpdateSecretRequest id */
                id?: (string|null);

                /** UpdateSecretRequest version */
                version?: (number|null);

                /** UpdateSecretRequest spec */
                spec?: (skep.v1.SecretSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateSecretRequest. */
            type $Shape = skep.v1.UpdateSecretRequest.$Properties;
        }

        /**
         * Properties of a CreateConfigRequest.
         * @deprecated Use skep.v1.CreateConfigRequest.$Properties instead.
         */
        interface ICreateConfigRequest extends skep.v1.CreateConfigRequest.$Properties {
        }

        /** Represents a CreateConfigRequest. */
        class CreateConfigRequest {

            /**
             * Constructs a new CreateConfigRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.CreateConfigRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CreateConfigRequest spec. */
            spec?: (skep.v1.ConfigSpec.$Properties|null);

            /**
             * Creates a new CreateConfigRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CreateConfigRequest instance
             */
            static create(properties: skep.v1.CreateConfigRequest.$Shape): skep.v1.CreateConfigRequest & skep.v1.CreateConfigRequest.$Shape;
            static create(properties?: skep.v1.CreateConfigRequest.$Properties): skep.v1.CreateConfigRequest;

            /**
             * Encodes the specified CreateConfigRequest message. Does not implicitly {@link skep.v1.CreateConfigRequest.verify|verify} messages.
             * @param message CreateConfigRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.CreateConfigRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CreateConfigRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.CreateConfigRequest & skep.v1.CreateConfigRequest.$Shape} CreateConfigRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.CreateConfigRequest & skep.v1.CreateConfigRequest.$Shape;
        }

        namespace CreateConfigRequest {

            /** Properties of a CreateConfigRequest. */
            interface $Properties {

                /** CreateConfigRequest spec */
                spec?: (skep.v1.ConfigSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CreateConfigRequest. */
            type $Shape = skep.v1.CreateConfigRequest.$Properties;
        }

        /**
         * Properties of an UpdateConfigRequest.
         * @deprecated Use skep.v1.UpdateConfigRequest.$Properties instead.
         */
        interface IUpdateConfigRequest extends skep.v1.UpdateConfigRequest.$Properties {
        }

        /** Represents an UpdateConfigRequest. */
        class UpdateConfigRequest {

            /**
             * Constructs a new UpdateConfigRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateConfigRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateConfigRequest id. */
            id: string;

            /** UpdateConfigRequest version. */
            version: number;

            /** UpdateConfigRequest spec. */
            spec?: (skep.v1.ConfigSpec.$Properties|null);

            /**
             * Creates a new UpdateConfigRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateConfigRequest instance
             */
            static create(properties: skep.v1.UpdateConfigRequest.$Shape): skep.v1.UpdateConfigRequest & skep.v1.UpdateConfigRequest.$Shape;
            static create(properties?: skep.v1.UpdateConfigRequest.$Properties): skep.v1.UpdateConfigRequest;

            /**
             * Encodes the specified UpdateConfigRequest message. Does not implicitly {@link skep.v1.UpdateConfigRequest.verify|verify} messages.
             * @param message UpdateConfigRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateConfigRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateConfigRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateConfigRequest & skep.v1.UpdateConfigRequest.$Shape} UpdateConfigRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateConfigRequest & skep.v1.UpdateConfigRequest.$Shape;
        }

        namespace UpdateConfigRequest {

            /** Properties of an UpdateConfigRequest. */
            interface $Properties {

                /** UpdateConfigRequest id */
                id?: (string|null);

                /** UpdateConfigRequest version */
                version?: (number|null);

                /** UpdateConfigRequest spec */
                spec?: (skep.v1.ConfigSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateConfigRequest. */
            type $Shape = skep.v1.UpdateConfigRequest.$Properties;
        }

        /**
         * Properties of a NodesPart.
         * @deprecated Use skep.v1.NodesPart.$Properties instead.
         */
        interface INodesPart extends skep.v1.NodesPart.$Properties {
        }

        /** Represents a NodesPart. */
        class NodesPart {

            /**
             * Constructs a new NodesPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodesPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodesPart items. */
            items: skep.v1.Node.$Properties[];

            /**
             * Creates a new NodesPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodesPart instance
             */
            static create(properties: skep.v1.NodesPart.$Shape): skep.v1.NodesPart & skep.v1.NodesPart.$Shape;
            static create(properties?: skep.v1.NodesPart.$Properties): skep.v1.NodesPart;

            /**
             * Encodes the specified NodesPart message. Does not implicitly {@link skep.v1.NodesPart.verify|verify} messages.
             * @param message NodesPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodesPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodesPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodesPart & skep.v1.NodesPart.$Shape} NodesPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodesPart & skep.v1.NodesPart.$Shape;
        }

        namespace NodesPart {

            /** Properties of a NodesPart. */
            interface $Properties {

                /** NodesPart items */
                items?: (skep.v1.Node.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodesPart. */
            type $Shape = skep.v1.NodesPart.$Properties;
        }

        /**
         * Properties of a ServicesPart.
         * @deprecated Use skep.v1.ServicesPart.$Properties instead.
         */
        interface IServicesPart extends skep.v1.ServicesPart.$Properties {
        }

        /** Represents a ServicesPart. */
        class ServicesPart {

            /**
             * Constructs a new ServicesPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ServicesPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServicesPart items. */
            items: skep.v1.Service.$Properties[];

            /**
             * Creates a new ServicesPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ServicesPart instance
             */
            static create(properties: skep.v1.ServicesPart.$Shape): skep.v1.ServicesPart & skep.v1.ServicesPart.$Shape;
            static create(properties?: skep.v1.ServicesPart.$Properties): skep.v1.ServicesPart;

            /**
             * Encodes the specified ServicesPart message. Does not implicitly {@link skep.v1.ServicesPart.verify|verify} messages.
             * @param message ServicesPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ServicesPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServicesPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ServicesPart & skep.v1.ServicesPart.$Shape} ServicesPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ServicesPart & skep.v1.ServicesPart.$Shape;
        }

        namespace ServicesPart {

            /** Properties of a ServicesPart. */
            interface $Properties {

                /** ServicesPart items */
                items?: (skep.v1.Service.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServicesPart. */
            type $Shape = skep.v1.ServicesPart.$Properties;
        }

        /**
         * Properties of a TasksPart.
         * @deprecated Use skep.v1.TasksPart.$Properties instead.
         */
        interface ITasksPart extends skep.v1.TasksPart.$Properties {
        }

        /** Represents a TasksPart. */
        class TasksPart {

            /**
             * Constructs a new TasksPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TasksPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TasksPart items. */
            items: skep.v1.Task.$Properties[];

            /**
             * Creates a new TasksPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TasksPart instance
             */
            static create(properties: skep.v1.TasksPart.$Shape): skep.v1.TasksPart & skep.v1.TasksPart.$Shape;
            static create(properties?: skep.v1.TasksPart.$Properties): skep.v1.TasksPart;

            /**
             * Encodes the specified TasksPart message. Does not implicitly {@link skep.v1.TasksPart.verify|verify} messages.
             * @param message TasksPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TasksPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TasksPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TasksPart & skep.v1.TasksPart.$Shape} TasksPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TasksPart & skep.v1.TasksPart.$Shape;
        }

        namespace TasksPart {

            /** Properties of a TasksPart. */
            interface $Properties {

                /** TasksPart items */
                items?: (skep.v1.Task.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TasksPart. */
            type $Shape = skep.v1.TasksPart.$Properties;
        }

        /**
         * Properties of a NetworksPart.
         * @deprecated Use skep.v1.NetworksPart.$Properties instead.
         */
        interface INetworksPart extends skep.v1.NetworksPart.$Properties {
        }

        /** Represents a NetworksPart. */
        class NetworksPart {

            /**
             * Constructs a new NetworksPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworksPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworksPart items. */
            items: skep.v1.Network.$Properties[];

            /**
             * Creates a new NetworksPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworksPart instance
             */
            static create(properties: skep.v1.NetworksPart.$Shape): skep.v1.NetworksPart & skep.v1.NetworksPart.$Shape;
            static create(properties?: skep.v1.NetworksPart.$Properties): skep.v1.NetworksPart;

            /**
             * Encodes the specified NetworksPart message. Does not implicitly {@link skep.v1.NetworksPart.verify|verify} messages.
             * @param message NetworksPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworksPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworksPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworksPart & skep.v1.NetworksPart.$Shape} NetworksPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworksPart & skep.v1.NetworksPart.$Shape;
        }

        namespace NetworksPart {

            /** Properties of a NetworksPart. */
            interface $Properties {

                /** NetworksPart items */
                items?: (skep.v1.Network.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworksPart. */
            type $Shape = skep.v1.NetworksPart.$Properties;
        }

        /**
         * Properties of a SecretsPart.
         * @deprecated Use skep.v1.SecretsPart.$Properties instead.
         */
        interface ISecretsPart extends skep.v1.SecretsPart.$Properties {
        }

        /** Represents a SecretsPart. */
        class SecretsPart {

            /**
             * Constructs a new SecretsPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SecretsPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SecretsPart items. */
            items: skep.v1.Secret.$Properties[];

            /**
             * Creates a new SecretsPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SecretsPart instance
             */
            static create(properties: skep.v1.SecretsPart.$Shape): skep.v1.SecretsPart & skep.v1.SecretsPart.$Shape;
            static create(properties?: skep.v1.SecretsPart.$Properties): skep.v1.SecretsPart;

            /**
             * Encodes the specified SecretsPart message. Does not implicitly {@link skep.v1.SecretsPart.verify|verify} messages.
             * @param message SecretsPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SecretsPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SecretsPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SecretsPart & skep.v1.SecretsPart.$Shape} SecretsPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SecretsPart & skep.v1.SecretsPart.$Shape;
        }

        namespace SecretsPart {

            /** Properties of a SecretsPart. */
            interface $Properties {

                /** SecretsPart items */
                items?: (skep.v1.Secret.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SecretsPart. */
            type $Shape = skep.v1.SecretsPart.$Properties;
        }

        /**
         * Properties of a ConfigsPart.
         * @deprecated Use skep.v1.ConfigsPart.$Properties instead.
         */
        interface IConfigsPart extends skep.v1.ConfigsPart.$Properties {
        }

        /** Represents a ConfigsPart. */
        class ConfigsPart {

            /**
             * Constructs a new ConfigsPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ConfigsPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ConfigsPart items. */
            items: skep.v1.Config.$Properties[];

            /**
             * Creates a new ConfigsPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ConfigsPart instance
             */
            static create(properties: skep.v1.ConfigsPart.$Shape): skep.v1.ConfigsPart & skep.v1.ConfigsPart.$Shape;
            static create(properties?: skep.v1.ConfigsPart.$Properties): skep.v1.ConfigsPart;

            /**
             * Encodes the specified ConfigsPart message. Does not implicitly {@link skep.v1.ConfigsPart.verify|verify} messages.
             * @param message ConfigsPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ConfigsPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ConfigsPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ConfigsPart & skep.v1.ConfigsPart.$Shape} ConfigsPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ConfigsPart & skep.v1.ConfigsPart.$Shape;
        }

        namespace ConfigsPart {

            /** Properties of a ConfigsPart. */
            interface $Properties {

                /** ConfigsPart items */
                items?: (skep.v1.Config.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ConfigsPart. */
            type $Shape = skep.v1.ConfigsPart.$Properties;
        }

        /**
         * Properties of an AskNodeRequest.
         * @deprecated Use skep.v1.AskNodeRequest.$Properties instead.
         */
        interface IAskNodeRequest extends skep.v1.AskNodeRequest.$Properties {
        }

        /** Represents an AskNodeRequest. */
        class AskNodeRequest {

            /**
             * Constructs a new AskNodeRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AskNodeRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AskNodeRequest nodeId. */
            nodeId: string;

            /** AskNodeRequest kind. */
            kind: string;

            /** AskNodeRequest body. */
            body: Uint8Array;

            /**
             * Creates a new AskNodeRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AskNodeRequest instance
             */
            static create(properties: skep.v1.AskNodeRequest.$Shape): skep.v1.AskNodeRequest & skep.v1.AskNodeRequest.$Shape;
            static create(properties?: skep.v1.AskNodeRequest.$Properties): skep.v1.AskNodeRequest;

            /**
             * Encodes the specified AskNodeRequest message. Does not implicitly {@link skep.v1.AskNodeRequest.verify|verify} messages.
             * @param message AskNodeRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AskNodeRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AskNodeRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AskNodeRequest & skep.v1.AskNodeRequest.$Shape} AskNodeRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AskNodeRequest & skep.v1.AskNodeRequest.$Shape;
        }

        namespace AskNodeRequest {

            /** Properties of an AskNodeRequest. */
            interface $Properties {

                /** AskNodeRequest nodeId */
                nodeId?: (string|null);

                /** AskNodeRequest kind */
                kind?: (string|null);

                /** AskNodeRequest body */
                body?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AskNodeRequest. */
            type $Shape = skep.v1.AskNodeRequest.$Properties;
        }

        /**
         * Properties of an AskNodeResponse.
         * @deprecated Use skep.v1.AskNodeResponse.$Properties instead.
         */
        interface IAskNodeResponse extends skep.v1.AskNodeResponse.$Properties {
        }

        /** Represents an AskNodeResponse. */
        class AskNodeResponse {

            /**
             * Constructs a new AskNodeResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AskNodeResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AskNodeResponse body. */
            body: Uint8Array;

            /**
             * Creates a new AskNodeResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AskNodeResponse instance
             */
            static create(properties: skep.v1.AskNodeResponse.$Shape): skep.v1.AskNodeResponse & skep.v1.AskNodeResponse.$Shape;
            static create(properties?: skep.v1.AskNodeResponse.$Properties): skep.v1.AskNodeResponse;

            /**
             * Encodes the specified AskNodeResponse message. Does not implicitly {@link skep.v1.AskNodeResponse.verify|verify} messages.
             * @param message AskNodeResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AskNodeResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AskNodeResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AskNodeResponse & skep.v1.AskNodeResponse.$Shape} AskNodeResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AskNodeResponse & skep.v1.AskNodeResponse.$Shape;
        }

        namespace AskNodeResponse {

            /** Properties of an AskNodeResponse. */
            interface $Properties {

                /** AskNodeResponse body */
                body?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AskNodeResponse. */
            type $Shape = skep.v1.AskNodeResponse.$Properties;
        }

        /**
         * Properties of a NodeSpec.
         * @deprecated Use skep.v1.NodeSpec.$Properties instead.
         */
        interface INodeSpec extends skep.v1.NodeSpec.$Properties {
        }

        /** Represents a NodeSpec. */
        class NodeSpec {

            /**
             * Constructs a new NodeSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeSpec name. */
            name: string;

            /** NodeSpec labels. */
            labels: { [k: string]: string };

            /** NodeSpec role. */
            role: string;

            /** NodeSpec availability. */
            availability: string;

            /**
             * Creates a new NodeSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeSpec instance
             */
            static create(properties: skep.v1.NodeSpec.$Shape): skep.v1.NodeSpec & skep.v1.NodeSpec.$Shape;
            static create(properties?: skep.v1.NodeSpec.$Properties): skep.v1.NodeSpec;

            /**
             * Encodes the specified NodeSpec message. Does not implicitly {@link skep.v1.NodeSpec.verify|verify} messages.
             * @param message NodeSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeSpec & skep.v1.NodeSpec.$Shape} NodeSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeSpec & skep.v1.NodeSpec.$Shape;
        }

        namespace NodeSpec {

            /** Properties of a NodeSpec. */
            interface $Properties {

                /** NodeSpec name */
                name?: (string|null);

                /** NodeSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** NodeSpec role */
                role?: (string|null);

                /** NodeSpec availability */
                availability?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeSpec. */
            type $Shape = skep.v1.NodeSpec.$Properties;
        }

        /**
         * Properties of a HealthCheck.
         * @deprecated Use skep.v1.HealthCheck.$Properties instead.
         */
        interface IHealthCheck extends skep.v1.HealthCheck.$Properties {
        }

        /** Represents a HealthCheck. */
        class HealthCheck {

            /**
             * Constructs a new HealthCheck.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.HealthCheck.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HealthCheck test. */
            test: string[];

            /** HealthCheck intervalNs. */
            intervalNs: number;

            /** HealthCheck timeoutNs. */
            timeoutNs: number;

            /** HealthCheck startPeriodNs. */
            startPeriodNs: number;

            /** HealthCheck startIntervalNs. */
            startIntervalNs: number;

            /** HealthCheck retries. */
            retries: number;

            /**
             * Creates a new HealthCheck instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HealthCheck instance
             */
            static create(properties: skep.v1.HealthCheck.$Shape): skep.v1.HealthCheck & skep.v1.HealthCheck.$Shape;
            static create(properties?: skep.v1.HealthCheck.$Properties): skep.v1.HealthCheck;

            /**
             * Encodes the specified HealthCheck message. Does not implicitly {@link skep.v1.HealthCheck.verify|verify} messages.
             * @param message HealthCheck message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.HealthCheck.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HealthCheck message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.HealthCheck & skep.v1.HealthCheck.$Shape} HealthCheck
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.HealthCheck & skep.v1.HealthCheck.$Shape;
        }

        namespace HealthCheck {

            /** Properties of a HealthCheck. */
            interface $Properties {

                /** HealthCheck test */
                test?: (string[]|null);

                /** HealthCheck intervalNs */
                intervalNs?: (number|null);

                /** HealthCheck timeoutNs */
                timeoutNs?: (number|null);

                /** HealthCheck startPeriodNs */
                startPeriodNs?: (number|null);

                /** HealthCheck startIntervalNs */
                startIntervalNs?: (number|null);

                /** HealthCheck retries */
                retries?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HealthCheck. */
            type $Shape = skep.v1.HealthCheck.$Properties;
        }

        /**
         * Properties of a FileTarget.
         * @deprecated Use skep.v1.FileTarget.$Properties instead.
         */
        interface IFileTarget extends skep.v1.FileTarget.$Properties {
        }

        /** Represents a FileTarget. */
        class FileTarget {

            /**
             * Constructs a new FileTarget.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.FileTarget.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FileTarget name. */
            name: string;

            /** FileTarget uid. */
            uid: string;

            /** FileTarget gid. */
            gid: string;

            /** FileTarget mode. */
            mode: number;

            /**
             * Creates a new FileTarget instance using the specified properties.
             * @param [properties] Properties to set
             * @returns FileTarget instance
             */
            static create(properties: skep.v1.FileTarget.$Shape): skep.v1.FileTarget & skep.v1.FileTarget.$Shape;
            static create(properties?: skep.v1.FileTarget.$Properties): skep.v1.FileTarget;

            /**
             * Encodes the specified FileTarget message. Does not implicitly {@link skep.v1.FileTarget.verify|verify} messages.
             * @param message FileTarget message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.FileTarget.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FileTarget message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.FileTarget & skep.v1.FileTarget.$Shape} FileTarget
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.FileTarget & skep.v1.FileTarget.$Shape;
        }

        namespace FileTarget {

            /** Properties of a FileTarget. */
            interface $Properties {

                /** FileTarget name */
                name?: (string|null);

                /** FileTarget uid */
                uid?: (string|null);

                /** FileTarget gid */
                gid?: (string|null);

                /** FileTarget mode */
                mode?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FileTarget. */
            type $Shape = skep.v1.FileTarget.$Properties;
        }

        /**
         * Properties of a FileReference.
         * @deprecated Use skep.v1.FileReference.$Properties instead.
         */
        interface IFileReference extends skep.v1.FileReference.$Properties {
        }

        /** Represents a FileReference. */
        class FileReference {

            /**
             * Constructs a new FileReference.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.FileReference.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FileReference id. */
            id: string;

            /** FileReference name. */
            name: string;

            /** FileReference file. */
            file?: (skep.v1.FileTarget.$Properties|null);

            /**
             * Creates a new FileReference instance using the specified properties.
             * @param [properties] Properties to set
             * @returns FileReference instance
             */
            static create(properties: skep.v1.FileReference.$Shape): skep.v1.FileReference & skep.v1.FileReference.$Shape;
            static create(properties?: skep.v1.FileReference.$Properties): skep.v1.FileReference;

            /**
             * Encodes the specified FileReference message. Does not implicitly {@link skep.v1.FileReference.verify|verify} messages.
             * @param message FileReference message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.FileReference.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FileReference message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.FileReference & skep.v1.FileReference.$Shape} FileReference
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.FileReference & skep.v1.FileReference.$Shape;
        }

        namespace FileReference {

            /** Properties of a FileReference. */
            interface $Properties {

                /** FileReference id */
                id?: (string|null);

                /** FileReference name */
                name?: (string|null);

                /** FileReference file */
                file?: (skep.v1.FileTarget.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FileReference. */
            type $Shape = skep.v1.FileReference.$Properties;
        }

        /**
         * Properties of a CredentialSpec.
         * @deprecated Use skep.v1.CredentialSpec.$Properties instead.
         */
        interface ICredentialSpec extends skep.v1.CredentialSpec.$Properties {
        }

        /** Represents a CredentialSpec. */
        class CredentialSpec {

            /**
             * Constructs a new CredentialSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.CredentialSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CredentialSpec config. */
            config: string;

            /** CredentialSpec file. */
            file: string;

            /** CredentialSpec registry. */
            registry: string;

            /**
             * Creates a new CredentialSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CredentialSpec instance
             */
            static create(properties: skep.v1.CredentialSpec.$Shape): skep.v1.CredentialSpec & skep.v1.CredentialSpec.$Shape;
            static create(properties?: skep.v1.CredentialSpec.$Properties): skep.v1.CredentialSpec;

            /**
             * Encodes the specified CredentialSpec message. Does not implicitly {@link skep.v1.CredentialSpec.verify|verify} messages.
             * @param message CredentialSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.CredentialSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CredentialSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.CredentialSpec & skep.v1.CredentialSpec.$Shape} CredentialSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.CredentialSpec & skep.v1.CredentialSpec.$Shape;
        }

        namespace CredentialSpec {

            /** Properties of a CredentialSpec. */
            interface $Properties {

                /** CredentialSpec config */
                config?: (string|null);

                /** CredentialSpec file */
                file?: (string|null);

                /** CredentialSpec registry */
                registry?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CredentialSpec. */
            type $Shape = skep.v1.CredentialSpec.$Properties;
        }

        /**
         * Properties of a SeLinuxOptions.
         * @deprecated Use skep.v1.SeLinuxOptions.$Properties instead.
         */
        interface ISeLinuxOptions extends skep.v1.SeLinuxOptions.$Properties {
        }

        /** Represents a SeLinuxOptions. */
        class SeLinuxOptions {

            /**
             * Constructs a new SeLinuxOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SeLinuxOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SeLinuxOptions disable. */
            disable: boolean;

            /** SeLinuxOptions user. */
            user: string;

            /** SeLinuxOptions role. */
            role: string;

            /** SeLinuxOptions type. */
            type: string;

            /** SeLinuxOptions level. */
            level: string;

            /**
             * Creates a new SeLinuxOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SeLinuxOptions instance
             */
            static create(properties: skep.v1.SeLinuxOptions.$Shape): skep.v1.SeLinuxOptions & skep.v1.SeLinuxOptions.$Shape;
            static create(properties?: skep.v1.SeLinuxOptions.$Properties): skep.v1.SeLinuxOptions;

            /**
             * Encodes the specified SeLinuxOptions message. Does not implicitly {@link skep.v1.SeLinuxOptions.verify|verify} messages.
             * @param message SeLinuxOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SeLinuxOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SeLinuxOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SeLinuxOptions & skep.v1.SeLinuxOptions.$Shape} SeLinuxOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SeLinuxOptions & skep.v1.SeLinuxOptions.$Shape;
        }

        namespace SeLinuxOptions {

            /** Properties of a SeLinuxOptions. */
            interface $Properties {

                /** SeLinuxOptions disable */
                disable?: (boolean|null);

                /** SeLinuxOptions user */
                user?: (string|null);

                /** SeLinuxOptions role */
                role?: (string|null);

                /** SeLinuxOptions type */
                type?: (string|null);

                /** SeLinuxOptions level */
                level?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SeLinuxOptions. */
            type $Shape = skep.v1.SeLinuxOptions.$Properties;
        }

        /**
         * Properties of a SeccompOptions.
         * @deprecated Use skep.v1.SeccompOptions.$Properties instead.
         */
        interface ISeccompOptions extends skep.v1.SeccompOptions.$Properties {
        }

        /** Represents a SeccompOptions. */
        class SeccompOptions {

            /**
             * Constructs a new SeccompOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SeccompOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SeccompOptions mode. */
            mode: string;

            /** SeccompOptions profile. */
            profile: Uint8Array;

            /**
             * Creates a new SeccompOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SeccompOptions instance
             */
            static create(properties: skep.v1.SeccompOptions.$Shape): skep.v1.SeccompOptions & skep.v1.SeccompOptions.$Shape;
            static create(properties?: skep.v1.SeccompOptions.$Properties): skep.v1.SeccompOptions;

            /**
             * Encodes the specified SeccompOptions message. Does not implicitly {@link skep.v1.SeccompOptions.verify|verify} messages.
             * @param message SeccompOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SeccompOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SeccompOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SeccompOptions & skep.v1.SeccompOptions.$Shape} SeccompOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SeccompOptions & skep.v1.SeccompOptions.$Shape;
        }

        namespace SeccompOptions {

            /** Properties of a SeccompOptions. */
            interface $Properties {

                /** SeccompOptions mode */
                mode?: (string|null);

                /** SeccompOptions profile */
                profile?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SeccompOptions. */
            type $Shape = skep.v1.SeccompOptions.$Properties;
        }

        /**
         * Properties of an AppArmorOptions.
         * @deprecated Use skep.v1.AppArmorOptions.$Properties instead.
         */
        interface IAppArmorOptions extends skep.v1.AppArmorOptions.$Properties {
        }

        /** Represents an AppArmorOptions. */
        class AppArmorOptions {

            /**
             * Constructs a new AppArmorOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AppArmorOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AppArmorOptions mode. */
            mode: string;

            /**
             * Creates a new AppArmorOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AppArmorOptions instance
             */
            static create(properties: skep.v1.AppArmorOptions.$Shape): skep.v1.AppArmorOptions & skep.v1.AppArmorOptions.$Shape;
            static create(properties?: skep.v1.AppArmorOptions.$Properties): skep.v1.AppArmorOptions;

            /**
             * Encodes the specified AppArmorOptions message. Does not implicitly {@link skep.v1.AppArmorOptions.verify|verify} messages.
             * @param message AppArmorOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AppArmorOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AppArmorOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AppArmorOptions & skep.v1.AppArmorOptions.$Shape} AppArmorOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AppArmorOptions & skep.v1.AppArmorOptions.$Shape;
        }

        namespace AppArmorOptions {

            /** Properties of an AppArmorOptions. */
            interface $Properties {

                /** AppArmorOptions mode */
                mode?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AppArmorOptions. */
            type $Shape = skep.v1.AppArmorOptions.$Properties;
        }

        /**
         * Properties of a Privileges.
         * @deprecated Use skep.v1.Privileges.$Properties instead.
         */
        interface IPrivileges extends skep.v1.Privileges.$Properties {
        }

        /** Represents a Privileges. */
        class Privileges {

            /**
             * Constructs a new Privileges.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Privileges.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Privileges credentialSpec. */
            credentialSpec?: (skep.v1.CredentialSpec.$Properties|null);

            /** Privileges seLinux. */
            seLinux?: (skep.v1.SeLinuxOptions.$Properties|null);

            /** Privileges seccomp. */
            seccomp?: (skep.v1.SeccompOptions.$Properties|null);

            /** Privileges appArmor. */
            appArmor?: (skep.v1.AppArmorOptions.$Properties|null);

            /** Privileges noNewPrivileges. */
            noNewPrivileges: boolean;

            /**
             * Creates a new Privileges instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Privileges instance
             */
            static create(properties: skep.v1.Privileges.$Shape): skep.v1.Privileges & skep.v1.Privileges.$Shape;
            static create(properties?: skep.v1.Privileges.$Properties): skep.v1.Privileges;

            /**
             * Encodes the specified Privileges message. Does not implicitly {@link skep.v1.Privileges.verify|verify} messages.
             * @param message Privileges message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Privileges.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Privileges message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Privileges & skep.v1.Privileges.$Shape} Privileges
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Privileges & skep.v1.Privileges.$Shape;
        }

        namespace Privileges {

            /** Properties of a Privileges. */
            interface $Properties {

                /** Privileges credentialSpec */
                credentialSpec?: (skep.v1.CredentialSpec.$Properties|null);

                /** Privileges seLinux */
                seLinux?: (skep.v1.SeLinuxOptions.$Properties|null);

                /** Privileges seccomp */
                seccomp?: (skep.v1.SeccompOptions.$Properties|null);

                /** Privileges appArmor */
                appArmor?: (skep.v1.AppArmorOptions.$Properties|null);

                /** Privileges noNewPrivileges */
                noNewPrivileges?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Privileges. */
            type $Shape = skep.v1.Privileges.$Properties;
        }

        /**
         * Properties of a BindOptions.
         * @deprecated Use skep.v1.BindOptions.$Properties instead.
         */
        interface IBindOptions extends skep.v1.BindOptions.$Properties {
        }

        /** Represents a BindOptions. */
        class BindOptions {

            /**
             * Constructs a new BindOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.BindOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BindOptions propagation. */
            propagation: string;

            /** BindOptions nonRecursive. */
            nonRecursive: boolean;

            /** BindOptions createMountpoint. */
            createMountpoint: boolean;

            /** BindOptions readOnlyNonRecursive. */
            readOnlyNonRecursive: boolean;

            /** BindOptions readOnlyForceRecursive. */
            readOnlyForceRecursive: boolean;

            /**
             * Creates a new BindOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns BindOptions instance
             */
            static create(properties: skep.v1.BindOptions.$Shape): skep.v1.BindOptions & skep.v1.BindOptions.$Shape;
            static create(properties?: skep.v1.BindOptions.$Properties): skep.v1.BindOptions;

            /**
             * Encodes the specified BindOptions message. Does not implicitly {@link skep.v1.BindOptions.verify|verify} messages.
             * @param message BindOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.BindOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BindOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.BindOptions & skep.v1.BindOptions.$Shape} BindOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.BindOptions & skep.v1.BindOptions.$Shape;
        }

        namespace BindOptions {

            /** Properties of a BindOptions. */
            interface $Properties {

                /** BindOptions propagation */
                propagation?: (string|null);

                /** BindOptions nonRecursive */
                nonRecursive?: (boolean|null);

                /** BindOptions createMountpoint */
                createMountpoint?: (boolean|null);

                /** BindOptions readOnlyNonRecursive */
                readOnlyNonRecursive?: (boolean|null);

                /** BindOptions readOnlyForceRecursive */
                readOnlyForceRecursive?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BindOptions. */
            type $Shape = skep.v1.BindOptions.$Properties;
        }

        /**
         * Properties of a VolumeOptions.
         * @deprecated Use skep.v1.VolumeOptions.$Properties instead.
         */
        interface IVolumeOptions extends skep.v1.VolumeOptions.$Properties {
        }

        /** Represents a VolumeOptions. */
        class VolumeOptions {

            /**
             * Constructs a new VolumeOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.VolumeOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VolumeOptions noCopy. */
            noCopy: boolean;

            /** VolumeOptions labels. */
            labels: { [k: string]: string };

            /** VolumeOptions driver. */
            driver?: (skep.v1.Driver.$Properties|null);

            /** VolumeOptions subpath. */
            subpath: string;

            /**
             * Creates a new VolumeOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VolumeOptions instance
             */
            static create(properties: skep.v1.VolumeOptions.$Shape): skep.v1.VolumeOptions & skep.v1.VolumeOptions.$Shape;
            static create(properties?: skep.v1.VolumeOptions.$Properties): skep.v1.VolumeOptions;

            /**
             * Encodes the specified VolumeOptions message. Does not implicitly {@link skep.v1.VolumeOptions.verify|verify} messages.
             * @param message VolumeOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.VolumeOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VolumeOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.VolumeOptions & skep.v1.VolumeOptions.$Shape} VolumeOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.VolumeOptions & skep.v1.VolumeOptions.$Shape;
        }

        namespace VolumeOptions {

            /** Properties of a VolumeOptions. */
            interface $Properties {

                /** VolumeOptions noCopy */
                noCopy?: (boolean|null);

                /** VolumeOptions labels */
                labels?: ({ [k: string]: string }|null);

                /** VolumeOptions driver */
                driver?: (skep.v1.Driver.$Properties|null);

                /** VolumeOptions subpath */
                subpath?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VolumeOptions. */
            type $Shape = skep.v1.VolumeOptions.$Properties;
        }

        /**
         * Properties of a TmpfsOptions.
         * @deprecated Use skep.v1.TmpfsOptions.$Properties instead.
         */
        interface ITmpfsOptions extends skep.v1.TmpfsOptions.$Properties {
        }

        /** Represents a TmpfsOptions. */
        class TmpfsOptions {

            /**
             * Constructs a new TmpfsOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TmpfsOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TmpfsOptions sizeBytes. */
            sizeBytes: number;

            /** TmpfsOptions mode. */
            mode: number;

            /** TmpfsOptions options. */
            options: string[];

            /**
             * Creates a new TmpfsOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TmpfsOptions instance
             */
            static create(properties: skep.v1.TmpfsOptions.$Shape): skep.v1.TmpfsOptions & skep.v1.TmpfsOptions.$Shape;
            static create(properties?: skep.v1.TmpfsOptions.$Properties): skep.v1.TmpfsOptions;

            /**
             * Encodes the specified TmpfsOptions message. Does not implicitly {@link skep.v1.TmpfsOptions.verify|verify} messages.
             * @param message TmpfsOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TmpfsOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TmpfsOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TmpfsOptions & skep.v1.TmpfsOptions.$Shape} TmpfsOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TmpfsOptions & skep.v1.TmpfsOptions.$Shape;
        }

        namespace TmpfsOptions {

            /** Properties of a TmpfsOptions. */
            interface $Properties {

                /** TmpfsOptions sizeBytes */
                sizeBytes?: (number|null);

                /** TmpfsOptions mode */
                mode?: (number|null);

                /** TmpfsOptions options */
                options?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TmpfsOptions. */
            type $Shape = skep.v1.TmpfsOptions.$Properties;
        }

        /**
         * Properties of an ImageOptions.
         * @deprecated Use skep.v1.ImageOptions.$Properties instead.
         */
        interface IImageOptions extends skep.v1.ImageOptions.$Properties {
        }

        /** Represents an ImageOptions. */
        class ImageOptions {

            /**
             * Constructs a new ImageOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ImageOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ImageOptions subpath. */
            subpath: string;

            /**
             * Creates a new ImageOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ImageOptions instance
             */
            static create(properties: skep.v1.ImageOptions.$Shape): skep.v1.ImageOptions & skep.v1.ImageOptions.$Shape;
            static create(properties?: skep.v1.ImageOptions.$Properties): skep.v1.ImageOptions;

            /**
             * Encodes the specified ImageOptions message. Does not implicitly {@link skep.v1.ImageOptions.verify|verify} messages.
             * @param message ImageOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ImageOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ImageOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ImageOptions & skep.v1.ImageOptions.$Shape} ImageOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ImageOptions & skep.v1.ImageOptions.$Shape;
        }

        namespace ImageOptions {

            /** Properties of an ImageOptions. */
            interface $Properties {

                /** ImageOptions subpath */
                subpath?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ImageOptions. */
            type $Shape = skep.v1.ImageOptions.$Properties;
        }

        /**
         * Properties of a MountSpec.
         * @deprecated Use skep.v1.MountSpec.$Properties instead.
         */
        interface IMountSpec extends skep.v1.MountSpec.$Properties {
        }

        /** Represents a MountSpec. */
        class MountSpec {

            /**
             * Constructs a new MountSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.MountSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** MountSpec type. */
            type: string;

            /** MountSpec source. */
            source: string;

            /** MountSpec target. */
            target: string;

            /** MountSpec readOnly. */
            readOnly: boolean;

            /** MountSpec consistency. */
            consistency: string;

            /** MountSpec bind. */
            bind?: (skep.v1.BindOptions.$Properties|null);

            /** MountSpec volume. */
            volume?: (skep.v1.VolumeOptions.$Properties|null);

            /** MountSpec tmpfs. */
            tmpfs?: (skep.v1.TmpfsOptions.$Properties|null);

            /** MountSpec image. */
            image?: (skep.v1.ImageOptions.$Properties|null);

            /**
             * Creates a new MountSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns MountSpec instance
             */
            static create(properties: skep.v1.MountSpec.$Shape): skep.v1.MountSpec & skep.v1.MountSpec.$Shape;
            static create(properties?: skep.v1.MountSpec.$Properties): skep.v1.MountSpec;

            /**
             * Encodes the specified MountSpec message. Does not implicitly {@link skep.v1.MountSpec.verify|verify} messages.
             * @param message MountSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.MountSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a MountSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.MountSpec & skep.v1.MountSpec.$Shape} MountSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.MountSpec & skep.v1.MountSpec.$Shape;
        }

        namespace MountSpec {

            /** Properties of a MountSpec. */
            interface $Properties {

                /** MountSpec type */
                type?: (string|null);

                /** MountSpec source */
                source?: (string|null);

                /** MountSpec target */
                target?: (string|null);

                /** MountSpec readOnly */
                readOnly?: (boolean|null);

                /** MountSpec consistency */
                consistency?: (string|null);

                /** MountSpec bind */
                bind?: (skep.v1.BindOptions.$Properties|null);

                /** MountSpec volume */
                volume?: (skep.v1.VolumeOptions.$Properties|null);

                /** MountSpec tmpfs */
                tmpfs?: (skep.v1.TmpfsOptions.$Properties|null);

                /** MountSpec image */
                image?: (skep.v1.ImageOptions.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a MountSpec. */
            type $Shape = skep.v1.MountSpec.$Properties;
        }

        /**
         * Properties of a DnsConfig.
         * @deprecated Use skep.v1.DnsConfig.$Properties instead.
         */
        interface IDnsConfig extends skep.v1.DnsConfig.$Properties {
        }

        /** Represents a DnsConfig. */
        class DnsConfig {

            /**
             * Constructs a new DnsConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.DnsConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DnsConfig nameservers. */
            nameservers: string[];

            /** DnsConfig search. */
            search: string[];

            /** DnsConfig options. */
            options: string[];

            /**
             * Creates a new DnsConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DnsConfig instance
             */
            static create(properties: skep.v1.DnsConfig.$Shape): skep.v1.DnsConfig & skep.v1.DnsConfig.$Shape;
            static create(properties?: skep.v1.DnsConfig.$Properties): skep.v1.DnsConfig;

            /**
             * Encodes the specified DnsConfig message. Does not implicitly {@link skep.v1.DnsConfig.verify|verify} messages.
             * @param message DnsConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.DnsConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DnsConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.DnsConfig & skep.v1.DnsConfig.$Shape} DnsConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.DnsConfig & skep.v1.DnsConfig.$Shape;
        }

        namespace DnsConfig {

            /** Properties of a DnsConfig. */
            interface $Properties {

                /** DnsConfig nameservers */
                nameservers?: (string[]|null);

                /** DnsConfig search */
                search?: (string[]|null);

                /** DnsConfig options */
                options?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DnsConfig. */
            type $Shape = skep.v1.DnsConfig.$Properties;
        }

        /**
         * Properties of an Ulimit.
         * @deprecated Use skep.v1.Ulimit.$Properties instead.
         */
        interface IUlimit extends skep.v1.Ulimit.$Properties {
        }

        /** Represents an Ulimit. */
        class Ulimit {

            /**
             * Constructs a new Ulimit.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Ulimit.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Ulimit name. */
            name: string;

            /** Ulimit soft. */
            soft: number;

            /** Ulimit hard. */
            hard: number;

            /**
             * Creates a new Ulimit instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Ulimit instance
             */
            static create(properties: skep.v1.Ulimit.$Shape): skep.v1.Ulimit & skep.v1.Ulimit.$Shape;
            static create(properties?: skep.v1.Ulimit.$Properties): skep.v1.Ulimit;

            /**
             * Encodes the specified Ulimit message. Does not implicitly {@link skep.v1.Ulimit.verify|verify} messages.
             * @param message Ulimit message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Ulimit.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Ulimit message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Ulimit & skep.v1.Ulimit.$Shape} Ulimit
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Ulimit & skep.v1.Ulimit.$Shape;
        }

        namespace Ulimit {

            /** Properties of an Ulimit. */
            interface $Properties {

                /** Ulimit name */
                name?: (string|null);

                /** Ulimit soft */
                soft?: (number|null);

                /** Ulimit hard */
                hard?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an Ulimit. */
            type $Shape = skep.v1.Ulimit.$Properties;
        }

        /**
         * Properties of a DeviceMapping.
         * @deprecated Use skep.v1.DeviceMapping.$Properties instead.
         */
        interface IDeviceMapping extends skep.v1.DeviceMapping.$Properties {
        }

        /** Represents a DeviceMapping. */
        class DeviceMapping {

            /**
             * Constructs a new DeviceMapping.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.DeviceMapping.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DeviceMapping pathOnHost. */
            pathOnHost: string;

            /** DeviceMapping pathInContainer. */
            pathInContainer: string;

            /** DeviceMapping permissions. */
            permissions: string;

            /**
             * Creates a new DeviceMapping instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DeviceMapping instance
             */
            static create(properties: skep.v1.DeviceMapping.$Shape): skep.v1.DeviceMapping & skep.v1.DeviceMapping.$Shape;
            static create(properties?: skep.v1.DeviceMapping.$Properties): skep.v1.DeviceMapping;

            /**
             * Encodes the specified DeviceMapping message. Does not implicitly {@link skep.v1.DeviceMapping.verify|verify} messages.
             * @param message DeviceMapping message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.DeviceMapping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DeviceMapping message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.DeviceMapping & skep.v1.DeviceMapping.$Shape} DeviceMapping
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.DeviceMapping & skep.v1.DeviceMapping.$Shape;
        }

        namespace DeviceMapping {

            /** Properties of a DeviceMapping. */
            interface $Properties {

                /** DeviceMapping pathOnHost */
                pathOnHost?: (string|null);

                /** DeviceMapping pathInContainer */
                pathInContainer?: (string|null);

                /** DeviceMapping permissions */
                permissions?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DeviceMapping. */
            type $Shape = skep.v1.DeviceMapping.$Properties;
        }

        /**
         * Properties of a ContainerSpec.
         * @deprecated Use skep.v1.ContainerSpec.$Properties instead.
         */
        interface IContainerSpec extends skep.v1.ContainerSpec.$Properties {
        }

        /** Represents a ContainerSpec. */
        class ContainerSpec {

            /**
             * Constructs a new ContainerSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ContainerSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ContainerSpec image. */
            image: string;

            /** ContainerSpec labels. */
            labels: { [k: string]: string };

            /** ContainerSpec command. */
            command: string[];

            /** ContainerSpec args. */
            args: string[];

            /** ContainerSpec hostname. */
            hostname: string;

            /** ContainerSpec env. */
            env: string[];

            /** ContainerSpec dir. */
            dir: string;

            /** ContainerSpec user. */
            user: string;

            /** ContainerSpec groups. */
            groups: string[];

            /** ContainerSpec tty. */
            tty: boolean;

            /** ContainerSpec openStdin. */
            openStdin: boolean;

            /** ContainerSpec readOnly. */
            readOnly: boolean;

            /** ContainerSpec stopSignal. */
            stopSignal: string;

            /** ContainerSpec stopGracePeriodNs. */
            stopGracePeriodNs?: (number|null);

            /** ContainerSpec healthCheck. */
            healthCheck?: (skep.v1.HealthCheck.$Properties|null);

            /** ContainerSpec hosts. */
            hosts: string[];

            /** ContainerSpec dns. */
            dns?: (skep.v1.DnsConfig.$Properties|null);

            /** ContainerSpec secrets. */
            secrets: skep.v1.FileReference.$Properties[];

            /** ContainerSpec configs. */
            configs: skep.v1.FileReference.$Properties[];

            /** ContainerSpec init. */
            init?: (boolean|null);

            /** ContainerSpec sysctls. */
            sysctls: { [k: string]: string };

            /** ContainerSpec capabilityAdd. */
            capabilityAdd: string[];

            /** ContainerSpec capabilityDrop. */
            capabilityDrop: string[];

            /** ContainerSpec ulimits. */
            ulimits: skep.v1.Ulimit.$Properties[];

            /** ContainerSpec oomScoreAdj. */
            oomScoreAdj: number;

            /** ContainerSpec privileges. */
            privileges?: (skep.v1.Privileges.$Properties|null);

            /** ContainerSpec mounts. */
            mounts: skep.v1.MountSpec.$Properties[];

            /** ContainerSpec isolation. */
            isolation: string;

            /** ContainerSpec privileged. */
            privileged?: (boolean|null);

            /** ContainerSpec shmBytes. */
            shmBytes?: (number|null);

            /** ContainerSpec pidMode. */
            pidMode?: (string|null);

            /** ContainerSpec ipcMode. */
            ipcMode?: (string|null);

            /** ContainerSpec devices. */
            devices: skep.v1.DeviceMapping.$Properties[];

            /** ContainerSpec registryAuth. */
            registryAuth?: (string|null);

            /**
             * Creates a new ContainerSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ContainerSpec instance
             */
            static create(properties: skep.v1.ContainerSpec.$Shape): skep.v1.ContainerSpec & skep.v1.ContainerSpec.$Shape;
            static create(properties?: skep.v1.ContainerSpec.$Properties): skep.v1.ContainerSpec;

            /**
             * Encodes the specified ContainerSpec message. Does not implicitly {@link skep.v1.ContainerSpec.verify|verify} messages.
             * @param message ContainerSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ContainerSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ContainerSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ContainerSpec & skep.v1.ContainerSpec.$Shape} ContainerSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ContainerSpec & skep.v1.ContainerSpec.$Shape;
        }

        namespace ContainerSpec {

            /** Properties of a ContainerSpec. */
            interface $Properties {

                /** ContainerSpec image */
                image?: (string|null);

                /** ContainerSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** ContainerSpec command */
                command?: (string[]|null);

                /** ContainerSpec args */
                args?: (string[]|null);

                /** ContainerSpec hostname */
                hostname?: (string|null);

                /** ContainerSpec env */
                env?: (string[]|null);

                /** ContainerSpec dir */
                dir?: (string|null);

                /** ContainerSpec user */
                user?: (string|null);

                /** ContainerSpec groups */
                groups?: (string[]|null);

                /** ContainerSpec tty */
                tty?: (boolean|null);

                /** ContainerSpec openStdin */
                openStdin?: (boolean|null);

                /** ContainerSpec readOnly */
                readOnly?: (boolean|null);

                /** ContainerSpec stopSignal */
                stopSignal?: (string|null);

                /** ContainerSpec stopGracePeriodNs */
                stopGracePeriodNs?: (number|null);

                /** ContainerSpec healthCheck */
                healthCheck?: (skep.v1.HealthCheck.$Properties|null);

                /** ContainerSpec hosts */
                hosts?: (string[]|null);

                /** ContainerSpec dns */
                dns?: (skep.v1.DnsConfig.$Properties|null);

                /** ContainerSpec secrets */
                secrets?: (skep.v1.FileReference.$Properties[]|null);

                /** ContainerSpec configs */
                configs?: (skep.v1.FileReference.$Properties[]|null);

                /** ContainerSpec init */
                init?: (boolean|null);

                /** ContainerSpec sysctls */
                sysctls?: ({ [k: string]: string }|null);

                /** ContainerSpec capabilityAdd */
                capabilityAdd?: (string[]|null);

                /** ContainerSpec capabilityDrop */
                capabilityDrop?: (string[]|null);

                /** ContainerSpec ulimits */
                ulimits?: (skep.v1.Ulimit.$Properties[]|null);

                /** ContainerSpec oomScoreAdj */
                oomScoreAdj?: (number|null);

                /** ContainerSpec privileges */
                privileges?: (skep.v1.Privileges.$Properties|null);

                /** ContainerSpec mounts */
                mounts?: (skep.v1.MountSpec.$Properties[]|null);

                /** ContainerSpec isolation */
                isolation?: (string|null);

                /** ContainerSpec privileged */
                privileged?: (boolean|null);

                /** ContainerSpec shmBytes */
                shmBytes?: (number|null);

                /** ContainerSpec pidMode */
                pidMode?: (string|null);

                /** ContainerSpec ipcMode */
                ipcMode?: (string|null);

                /** ContainerSpec devices */
                devices?: (skep.v1.DeviceMapping.$Properties[]|null);

                /** ContainerSpec registryAuth */
                registryAuth?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ContainerSpec. */
            type $Shape = skep.v1.ContainerSpec.$Properties;
        }

        /**
         * Properties of an AttachmentSpec.
         * @deprecated Use skep.v1.AttachmentSpec.$Properties instead.
         */
        interface IAttachmentSpec extends skep.v1.AttachmentSpec.$Properties {
        }

        /** Represents an AttachmentSpec. */
        class AttachmentSpec {

            /**
             * Constructs a new AttachmentSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AttachmentSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AttachmentSpec containerId. */
            containerId: string;

            /**
             * Creates a new AttachmentSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AttachmentSpec instance
             */
            static create(properties: skep.v1.AttachmentSpec.$Shape): skep.v1.AttachmentSpec & skep.v1.AttachmentSpec.$Shape;
            static create(properties?: skep.v1.AttachmentSpec.$Properties): skep.v1.AttachmentSpec;

            /**
             * Encodes the specified AttachmentSpec message. Does not implicitly {@link skep.v1.AttachmentSpec.verify|verify} messages.
             * @param message AttachmentSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AttachmentSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AttachmentSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AttachmentSpec & skep.v1.AttachmentSpec.$Shape} AttachmentSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AttachmentSpec & skep.v1.AttachmentSpec.$Shape;
        }

        namespace AttachmentSpec {

            /** Properties of an AttachmentSpec. */
            interface $Properties {

                /** AttachmentSpec containerId */
                containerId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AttachmentSpec. */
            type $Shape = skep.v1.AttachmentSpec.$Properties;
        }

        /**
         * Properties of a RestartPolicy.
         * @deprecated Use skep.v1.RestartPolicy.$Properties instead.
         */
        interface IRestartPolicy extends skep.v1.RestartPolicy.$Properties {
        }

        /** Represents a RestartPolicy. */
        class RestartPolicy {

            /**
             * Constructs a new RestartPolicy.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RestartPolicy.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RestartPolicy condition. */
            condition: string;

            /** RestartPolicy delayNs. */
            delayNs?: (number|null);

            /** RestartPolicy maxAttempts. */
            maxAttempts: number;

            /** RestartPolicy windowNs. */
            windowNs: number;

            /**
             * Creates a new RestartPolicy instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RestartPolicy instance
             */
            static create(properties: skep.v1.RestartPolicy.$Shape): skep.v1.RestartPolicy & skep.v1.RestartPolicy.$Shape;
            static create(properties?: skep.v1.RestartPolicy.$Properties): skep.v1.RestartPolicy;

            /**
             * Encodes the specified RestartPolicy message. Does not implicitly {@link skep.v1.RestartPolicy.verify|verify} messages.
             * @param message RestartPolicy message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RestartPolicy.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RestartPolicy message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RestartPolicy & skep.v1.RestartPolicy.$Shape} RestartPolicy
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RestartPolicy & skep.v1.RestartPolicy.$Shape;
        }

        namespace RestartPolicy {

            /** Properties of a RestartPolicy. */
            interface $Properties {

                /** RestartPolicy condition */
                condition?: (string|null);

                /** RestartPolicy delayNs */
                delayNs?: (number|null);

                /** RestartPolicy maxAttempts */
                maxAttempts?: (number|null);

                /** RestartPolicy windowNs */
                windowNs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RestartPolicy. */
            type $Shape = skep.v1.RestartPolicy.$Properties;
        }

        /**
         * Properties of a PlacementPreference.
         * @deprecated Use skep.v1.PlacementPreference.$Properties instead.
         */
        interface IPlacementPreference extends skep.v1.PlacementPreference.$Properties {
        }

        /** Represents a PlacementPreference. */
        class PlacementPreference {

            /**
             * Constructs a new PlacementPreference.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.PlacementPreference.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PlacementPreference spread. */
            spread: string;

            /**
             * Creates a new PlacementPreference instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PlacementPreference instance
             */
            static create(properties: skep.v1.PlacementPreference.$Shape): skep.v1.PlacementPreference & skep.v1.PlacementPreference.$Shape;
            static create(properties?: skep.v1.PlacementPreference.$Properties): skep.v1.PlacementPreference;

            /**
             * Encodes the specified PlacementPreference message. Does not implicitly {@link skep.v1.PlacementPreference.verify|verify} messages.
             * @param message PlacementPreference message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.PlacementPreference.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PlacementPreference message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.PlacementPreference & skep.v1.PlacementPreference.$Shape} PlacementPreference
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.PlacementPreference & skep.v1.PlacementPreference.$Shape;
        }

        namespace PlacementPreference {

            /** Properties of a PlacementPreference. */
            interface $Properties {

                /** PlacementPreference spread */
                spread?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PlacementPreference. */
            type $Shape = skep.v1.PlacementPreference.$Properties;
        }

        /**
         * Properties of a Placement.
         * @deprecated Use skep.v1.Placement.$Properties instead.
         */
        interface IPlacement extends skep.v1.Placement.$Properties {
        }

        /** Represents a Placement. */
        class Placement {

            /**
             * Constructs a new Placement.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Placement.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Placement constraints. */
            constraints: string[];

            /** Placement preferences. */
            preferences: skep.v1.PlacementPreference.$Properties[];

            /** Placement maxReplicas. */
            maxReplicas: number;

            /** Placement platforms. */
            platforms: skep.v1.Platform.$Properties[];

            /**
             * Creates a new Placement instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Placement instance
             */
            static create(properties: skep.v1.Placement.$Shape): skep.v1.Placement & skep.v1.Placement.$Shape;
            static create(properties?: skep.v1.Placement.$Properties): skep.v1.Placement;

            /**
             * Encodes the specified Placement message. Does not implicitly {@link skep.v1.Placement.verify|verify} messages.
             * @param message Placement message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Placement.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Placement message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Placement & skep.v1.Placement.$Shape} Placement
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Placement & skep.v1.Placement.$Shape;
        }

        namespace Placement {

            /** Properties of a Placement. */
            interface $Properties {

                /** Placement constraints */
                constraints?: (string[]|null);

                /** Placement preferences */
                preferences?: (skep.v1.PlacementPreference.$Properties[]|null);

                /** Placement maxReplicas */
                maxReplicas?: (number|null);

                /** Placement platforms */
                platforms?: (skep.v1.Platform.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Placement. */
            type $Shape = skep.v1.Placement.$Properties;
        }

        /**
         * Properties of a NetworkAttachmentConfig.
         * @deprecated Use skep.v1.NetworkAttachmentConfig.$Properties instead.
         */
        interface INetworkAttachmentConfig extends skep.v1.NetworkAttachmentConfig.$Properties {
        }

        /** Represents a NetworkAttachmentConfig. */
        class NetworkAttachmentConfig {

            /**
             * Constructs a new NetworkAttachmentConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkAttachmentConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkAttachmentConfig target. */
            target: string;

            /** NetworkAttachmentConfig aliases. */
            aliases: string[];

            /** NetworkAttachmentConfig addresses. */
            addresses: string[];

            /** NetworkAttachmentConfig driverOptions. */
            driverOptions: { [k: string]: string };

            /**
             * Creates a new NetworkAttachmentConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkAttachmentConfig instance
             */
            static create(properties: skep.v1.NetworkAttachmentConfig.$Shape): skep.v1.NetworkAttachmentConfig & skep.v1.NetworkAttachmentConfig.$Shape;
            static create(properties?: skep.v1.NetworkAttachmentConfig.$Properties): skep.v1.NetworkAttachmentConfig;

            /**
             * Encodes the specified NetworkAttachmentConfig message. Does not implicitly {@link skep.v1.NetworkAttachmentConfig.verify|verify} messages.
             * @param message NetworkAttachmentConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkAttachmentConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkAttachmentConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkAttachmentConfig & skep.v1.NetworkAttachmentConfig.$Shape} NetworkAttachmentConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkAttachmentConfig & skep.v1.NetworkAttachmentConfig.$Shape;
        }

        namespace NetworkAttachmentConfig {

            /** Properties of a NetworkAttachmentConfig. */
            interface $Properties {

                /** NetworkAttachmentConfig target */
                target?: (string|null);

                /** NetworkAttachmentConfig aliases */
                aliases?: (string[]|null);

                /** NetworkAttachmentConfig addresses */
                addresses?: (string[]|null);

                /** NetworkAttachmentConfig driverOptions */
                driverOptions?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworkAttachmentConfig. */
            type $Shape = skep.v1.NetworkAttachmentConfig.$Properties;
        }

        /**
         * Properties of a TaskSpec.
         * @deprecated Use skep.v1.TaskSpec.$Properties instead.
         */
        interface ITaskSpec extends skep.v1.TaskSpec.$Properties {
        }

        /** Represents a TaskSpec. */
        class TaskSpec {

            /**
             * Constructs a new TaskSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TaskSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskSpec container. */
            container?: (skep.v1.ContainerSpec.$Properties|null);

            /** TaskSpec attachment. */
            attachment?: (skep.v1.AttachmentSpec.$Properties|null);

            /** TaskSpec resources. */
            resources?: (skep.v1.ResourceRequirements.$Properties|null);

            /** TaskSpec restart. */
            restart?: (skep.v1.RestartPolicy.$Properties|null);

            /** TaskSpec placement. */
            placement?: (skep.v1.Placement.$Properties|null);

            /** TaskSpec networks. */
            networks: skep.v1.NetworkAttachmentConfig.$Properties[];

            /** TaskSpec logDriver. */
            logDriver?: (skep.v1.Driver.$Properties|null);

            /** TaskSpec forceUpdate. */
            forceUpdate: number;

            /** TaskSpec runtime. */
            runtime: string;

            /**
             * Creates a new TaskSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TaskSpec instance
             */
            static create(properties: skep.v1.TaskSpec.$Shape): skep.v1.TaskSpec & skep.v1.TaskSpec.$Shape;
            static create(properties?: skep.v1.TaskSpec.$Properties): skep.v1.TaskSpec;

            /**
             * Encodes the specified TaskSpec message. Does not implicitly {@link skep.v1.TaskSpec.verify|verify} messages.
             * @param message TaskSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TaskSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TaskSpec & skep.v1.TaskSpec.$Shape} TaskSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TaskSpec & skep.v1.TaskSpec.$Shape;
        }

        namespace TaskSpec {

            /** Properties of a TaskSpec. */
            interface $Properties {

                /** TaskSpec container */
                container?: (skep.v1.ContainerSpec.$Properties|null);

                /** TaskSpec attachment */
                attachment?: (skep.v1.AttachmentSpec.$Properties|null);

                /** TaskSpec resources */
                resources?: (skep.v1.ResourceRequirements.$Properties|null);

                /** TaskSpec restart */
                restart?: (skep.v1.RestartPolicy.$Properties|null);

                /** TaskSpec placement */
                placement?: (skep.v1.Placement.$Properties|null);

                /** TaskSpec networks */
                networks?: (skep.v1.NetworkAttachmentConfig.$Properties[]|null);

                /** TaskSpec logDriver */
                logDriver?: (skep.v1.Driver.$Properties|null);

                /** TaskSpec forceUpdate */
                forceUpdate?: (number|null);

                /** TaskSpec runtime */
                runtime?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskSpec. */
            type $Shape = skep.v1.TaskSpec.$Properties;
        }

        /**
         * Properties of a ServiceMode.
         * @deprecated Use skep.v1.ServiceMode.$Properties instead.
         */
        interface IServiceMode extends skep.v1.ServiceMode.$Properties {
        }

        /** Represents a ServiceMode. */
        class ServiceMode {

            /**
             * Constructs a new ServiceMode.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ServiceMode.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServiceMode kind. */
            kind: string;

            /** ServiceMode replicas. */
            replicas?: (number|null);

            /** ServiceMode maxConcurrent. */
            maxConcurrent?: (number|null);

            /** ServiceMode totalCompletions. */
            totalCompletions?: (number|null);

            /**
             * Creates a new ServiceMode instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ServiceMode instance
             */
            static create(properties: skep.v1.ServiceMode.$Shape): skep.v1.ServiceMode & skep.v1.ServiceMode.$Shape;
            static create(properties?: skep.v1.ServiceMode.$Properties): skep.v1.ServiceMode;

            /**
             * Encodes the specified ServiceMode message. Does not implicitly {@link skep.v1.ServiceMode.verify|verify} messages.
             * @param message ServiceMode message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ServiceMode.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServiceMode message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ServiceMode & skep.v1.ServiceMode.$Shape} ServiceMode
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ServiceMode & skep.v1.ServiceMode.$Shape;
        }

        namespace ServiceMode {

            /** Properties of a ServiceMode. */
            interface $Properties {

                /** ServiceMode kind */
                kind?: (string|null);

                /** ServiceMode replicas */
                replicas?: (number|null);

                /** ServiceMode maxConcurrent */
                maxConcurrent?: (number|null);

                /** ServiceMode totalCompletions */
                totalCompletions?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServiceMode. */
            type $Shape = skep.v1.ServiceMode.$Properties;
        }

        /**
         * Properties of an UpdateConfig.
         * @deprecated Use skep.v1.UpdateConfig.$Properties instead.
         */
        interface IUpdateConfig extends skep.v1.UpdateConfig.$Properties {
        }

        /** Represents an UpdateConfig. */
        class UpdateConfig {

            /**
             * Constructs a new UpdateConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateConfig parallelism. */
            parallelism: number;

            /** UpdateConfig delayNs. */
            delayNs: number;

            /** UpdateConfig failureAction. */
            failureAction: string;

            /** UpdateConfig monitorNs. */
            monitorNs?: (number|null);

            /** UpdateConfig maxFailureRatio. */
            maxFailureRatio: number;

            /** UpdateConfig order. */
            order: string;

            /**
             * Creates a new UpdateConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateConfig instance
             */
            static create(properties: skep.v1.UpdateConfig.$Shape): skep.v1.UpdateConfig & skep.v1.UpdateConfig.$Shape;
            static create(properties?: skep.v1.UpdateConfig.$Properties): skep.v1.UpdateConfig;

            /**
             * Encodes the specified UpdateConfig message. Does not implicitly {@link skep.v1.UpdateConfig.verify|verify} messages.
             * @param message UpdateConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateConfig & skep.v1.UpdateConfig.$Shape} UpdateConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateConfig & skep.v1.UpdateConfig.$Shape;
        }

        namespace UpdateConfig {

            /** Properties of an UpdateConfig. */
            interface $Properties {

                /** UpdateConfig parallelism */
                parallelism?: (number|null);

                /** UpdateConfig delayNs */
                delayNs?: (number|null);

                /** UpdateConfig failureAction */
                failureAction?: (string|null);

                /** UpdateConfig monitorNs */
                monitorNs?: (number|null);

                /** UpdateConfig maxFailureRatio */
                maxFailureRatio?: (number|null);

                /** UpdateConfig order */
                order?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateConfig. */
            type $Shape = skep.v1.UpdateConfig.$Properties;
        }

        /**
         * Properties of a ServiceSpec.
         * @deprecated Use skep.v1.ServiceSpec.$Properties instead.
         */
        interface IServiceSpec extends skep.v1.ServiceSpec.$Properties {
        }

        /** Represents a ServiceSpec. */
        class ServiceSpec {

            /**
             * Constructs a new ServiceSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ServiceSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ServiceSpec name. */
            name: string;

            /** ServiceSpec labels. */
            labels: { [k: string]: string };

            /** ServiceSpec task. */
            task?: (skep.v1.TaskSpec.$Properties|null);

            /** ServiceSpec mode. */
            mode?: (skep.v1.ServiceMode.$Properties|null);

            /** ServiceSpec update. */
            update?: (skep.v1.UpdateConfig.$Properties|null);

            /** ServiceSpec rollback. */
            rollback?: (skep.v1.UpdateConfig.$Properties|null);

            /** ServiceSpec networks. */
            networks: skep.v1.NetworkAttachmentConfig.$Properties[];

            /** ServiceSpec endpoint. */
            endpoint?: (skep.v1.EndpointSpec.$Properties|null);

            /**
             * Creates a new ServiceSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ServiceSpec instance
             */
            static create(properties: skep.v1.ServiceSpec.$Shape): skep.v1.ServiceSpec & skep.v1.ServiceSpec.$Shape;
            static create(properties?: skep.v1.ServiceSpec.$Properties): skep.v1.ServiceSpec;

            /**
             * Encodes the specified ServiceSpec message. Does not implicitly {@link skep.v1.ServiceSpec.verify|verify} messages.
             * @param message ServiceSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ServiceSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ServiceSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ServiceSpec & skep.v1.ServiceSpec.$Shape} ServiceSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ServiceSpec & skep.v1.ServiceSpec.$Shape;
        }

        namespace ServiceSpec {

            /** Properties of a ServiceSpec. */
            interface $Properties {

                /** ServiceSpec name */
                name?: (string|null);

                /** ServiceSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** ServiceSpec task */
                task?: (skep.v1.TaskSpec.$Properties|null);

                /** ServiceSpec mode */
                mode?: (skep.v1.ServiceMode.$Properties|null);

                /** ServiceSpec update */
                update?: (skep.v1.UpdateConfig.$Properties|null);

                /** ServiceSpec rollback */
                rollback?: (skep.v1.UpdateConfig.$Properties|null);

                /** ServiceSpec networks */
                networks?: (skep.v1.NetworkAttachmentConfig.$Properties[]|null);

                /** ServiceSpec endpoint */
                endpoint?: (skep.v1.EndpointSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ServiceSpec. */
            type $Shape = skep.v1.ServiceSpec.$Properties;
        }

        /**
         * Properties of a NetworkSpec.
         * @deprecated Use skep.v1.NetworkSpec.$Properties instead.
         */
        interface INetworkSpec extends skep.v1.NetworkSpec.$Properties {
        }

        /** Represents a NetworkSpec. */
        class NetworkSpec {

            /**
             * Constructs a new NetworkSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkSpec name. */
            name: string;

            /** NetworkSpec labels. */
            labels: { [k: string]: string };

            /** NetworkSpec driver. */
            driver?: (skep.v1.Driver.$Properties|null);

            /** NetworkSpec ipv6Enabled. */
            ipv6Enabled: boolean;

            /** NetworkSpec internal. */
            internal: boolean;

            /** NetworkSpec attachable. */
            attachable: boolean;

            /** NetworkSpec ingress. */
            ingress: boolean;

            /** NetworkSpec ipam. */
            ipam?: (skep.v1.Ipam.$Properties|null);

            /** NetworkSpec scope. */
            scope: string;

            /** NetworkSpec configFrom. */
            configFrom: string;

            /**
             * Creates a new NetworkSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkSpec instance
             */
            static create(properties: skep.v1.NetworkSpec.$Shape): skep.v1.NetworkSpec & skep.v1.NetworkSpec.$Shape;
            static create(properties?: skep.v1.NetworkSpec.$Properties): skep.v1.NetworkSpec;

            /**
             * Encodes the specified NetworkSpec message. Does not implicitly {@link skep.v1.NetworkSpec.verify|verify} messages.
             * @param message NetworkSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkSpec & skep.v1.NetworkSpec.$Shape} NetworkSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkSpec & skep.v1.NetworkSpec.$Shape;
        }

        namespace NetworkSpec {

            /** Properties of a NetworkSpec. */
            interface $Properties {

                /** NetworkSpec name */
                name?: (string|null);

                /** NetworkSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** NetworkSpec driver */
                driver?: (skep.v1.Driver.$Properties|null);

                /** NetworkSpec ipv6Enabled */
                ipv6Enabled?: (boolean|null);

                /** NetworkSpec internal */
                internal?: (boolean|null);

                /** NetworkSpec attachable */
                attachable?: (boolean|null);

                /** NetworkSpec ingress */
                ingress?: (boolean|null);

                /** NetworkSpec ipam */
                ipam?: (skep.v1.Ipam.$Properties|null);

                /** NetworkSpec scope */
                scope?: (string|null);

                /** NetworkSpec configFrom */
                configFrom?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworkSpec. */
            type $Shape = skep.v1.NetworkSpec.$Properties;
        }

        /**
         * Properties of a SecretSpec.
         * @deprecated Use skep.v1.SecretSpec.$Properties instead.
         */
        interface ISecretSpec extends skep.v1.SecretSpec.$Properties {
        }

        /** Represents a SecretSpec. */
        class SecretSpec {

            /**
             * Constructs a new SecretSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SecretSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SecretSpec name. */
            name: string;

            /** SecretSpec labels. */
            labels: { [k: string]: string };

            /** SecretSpec data. */
            data: Uint8Array;

            /** SecretSpec templating. */
            templating?: (skep.v1.Driver.$Properties|null);

            /** SecretSpec driver. */
            driver?: (skep.v1.Driver.$Properties|null);

            /**
             * Creates a new SecretSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SecretSpec instance
             */
            static create(properties: skep.v1.SecretSpec.$Shape): skep.v1.SecretSpec & skep.v1.SecretSpec.$Shape;
            static create(properties?: skep.v1.SecretSpec.$Properties): skep.v1.SecretSpec;

            /**
             * Encodes the specified SecretSpec message. Does not implicitly {@link skep.v1.SecretSpec.verify|verify} messages.
             * @param message SecretSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SecretSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SecretSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SecretSpec & skep.v1.SecretSpec.$Shape} SecretSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SecretSpec & skep.v1.SecretSpec.$Shape;
        }

        namespace SecretSpec {

            /** Properties of a SecretSpec. */
            interface $Properties {

                /** SecretSpec name */
                name?: (string|null);

                /** SecretSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** SecretSpec data */
                data?: (Uint8Array|null);

                /** SecretSpec templating */
                templating?: (skep.v1.Driver.$Properties|null);

                /** SecretSpec driver */
                driver?: (skep.v1.Driver.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SecretSpec. */
            type $Shape = skep.v1.SecretSpec.$Properties;
        }

        /**
         * Properties of a ConfigSpec.
         * @deprecated Use skep.v1.ConfigSpec.$Properties instead.
         */
        interface IConfigSpec extends skep.v1.ConfigSpec.$Properties {
        }

        /** Represents a ConfigSpec. */
        class ConfigSpec {

            /**
             * Constructs a new ConfigSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ConfigSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ConfigSpec name. */
            name: string;

            /** ConfigSpec labels. */
            labels: { [k: string]: string };

            /** ConfigSpec data. */
            data: Uint8Array;

            /** ConfigSpec templating. */
            templating?: (skep.v1.Driver.$Properties|null);

            /**
             * Creates a new ConfigSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ConfigSpec instance
             */
            static create(properties: skep.v1.ConfigSpec.$Shape): skep.v1.ConfigSpec & skep.v1.ConfigSpec.$Shape;
            static create(properties?: skep.v1.ConfigSpec.$Properties): skep.v1.ConfigSpec;

            /**
             * Encodes the specified ConfigSpec message. Does not implicitly {@link skep.v1.ConfigSpec.verify|verify} messages.
             * @param message ConfigSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ConfigSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ConfigSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ConfigSpec & skep.v1.ConfigSpec.$Shape} ConfigSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ConfigSpec & skep.v1.ConfigSpec.$Shape;
        }

        namespace ConfigSpec {

            /** Properties of a ConfigSpec. */
            interface $Properties {

                /** ConfigSpec name */
                name?: (string|null);

                /** ConfigSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** ConfigSpec data */
                data?: (Uint8Array|null);

                /** ConfigSpec templating */
                templating?: (skep.v1.Driver.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ConfigSpec. */
            type $Shape = skep.v1.ConfigSpec.$Properties;
        }

        /**
         * Properties of a VolumeAccessMode.
         * @deprecated Use skep.v1.VolumeAccessMode.$Properties instead.
         */
        interface IVolumeAccessMode extends skep.v1.VolumeAccessMode.$Properties {
        }

        /** Represents a VolumeAccessMode. */
        class VolumeAccessMode {

            /**
             * Constructs a new VolumeAccessMode.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.VolumeAccessMode.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VolumeAccessMode scope. */
            scope: string;

            /** VolumeAccessMode sharing. */
            sharing: string;

            /** VolumeAccessMode mount. */
            mount: boolean;

            /**
             * Creates a new VolumeAccessMode instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VolumeAccessMode instance
             */
            static create(properties: skep.v1.VolumeAccessMode.$Shape): skep.v1.VolumeAccessMode & skep.v1.VolumeAccessMode.$Shape;
            static create(properties?: skep.v1.VolumeAccessMode.$Properties): skep.v1.VolumeAccessMode;

            /**
             * Encodes the specified VolumeAccessMode message. Does not implicitly {@link skep.v1.VolumeAccessMode.verify|verify} messages.
             * @param message VolumeAccessMode message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.VolumeAccessMode.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VolumeAccessMode message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.VolumeAccessMode & skep.v1.VolumeAccessMode.$Shape} VolumeAccessMode
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.VolumeAccessMode & skep.v1.VolumeAccessMode.$Shape;
        }

        namespace VolumeAccessMode {

            /** Properties of a VolumeAccessMode. */
            interface $Properties {

                /** VolumeAccessMode scope */
                scope?: (string|null);

                /** VolumeAccessMode sharing */
                sharing?: (string|null);

                /** VolumeAccessMode mount */
                mount?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VolumeAccessMode. */
            type $Shape = skep.v1.VolumeAccessMode.$Properties;
        }

        /**
         * Properties of a VolumeSecret.
         * @deprecated Use skep.v1.VolumeSecret.$Properties instead.
         */
        interface IVolumeSecret extends skep.v1.VolumeSecret.$Properties {
        }

        /** Represents a VolumeSecret. */
        class VolumeSecret {

            /**
             * Constructs a new VolumeSecret.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.VolumeSecret.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VolumeSecret key. */
            key: string;

            /** VolumeSecret secret. */
            secret: string;

            /**
             * Creates a new VolumeSecret instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VolumeSecret instance
             */
            static create(properties: skep.v1.VolumeSecret.$Shape): skep.v1.VolumeSecret & skep.v1.VolumeSecret.$Shape;
            static create(properties?: skep.v1.VolumeSecret.$Properties): skep.v1.VolumeSecret;

            /**
             * Encodes the specified VolumeSecret message. Does not implicitly {@link skep.v1.VolumeSecret.verify|verify} messages.
             * @param message VolumeSecret message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.VolumeSecret.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VolumeSecret message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.VolumeSecret & skep.v1.VolumeSecret.$Shape} VolumeSecret
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.VolumeSecret & skep.v1.VolumeSecret.$Shape;
        }

        namespace VolumeSecret {

            /** Properties of a VolumeSecret. */
            interface $Properties {

                /** VolumeSecret key */
                key?: (string|null);

                /** VolumeSecret secret */
                secret?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VolumeSecret. */
            type $Shape = skep.v1.VolumeSecret.$Properties;
        }

        /**
         * Properties of a VolumeSpec.
         * @deprecated Use skep.v1.VolumeSpec.$Properties instead.
         */
        interface IVolumeSpec extends skep.v1.VolumeSpec.$Properties {
        }

        /** Represents a VolumeSpec. */
        class VolumeSpec {

            /**
             * Constructs a new VolumeSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.VolumeSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** VolumeSpec name. */
            name: string;

            /** VolumeSpec labels. */
            labels: { [k: string]: string };

            /** VolumeSpec group. */
            group: string;

            /** VolumeSpec driver. */
            driver?: (skep.v1.Driver.$Properties|null);

            /** VolumeSpec accessMode. */
            accessMode?: (skep.v1.VolumeAccessMode.$Properties|null);

            /** VolumeSpec secrets. */
            secrets: skep.v1.VolumeSecret.$Properties[];

            /** VolumeSpec requiredBytes. */
            requiredBytes: number;

            /** VolumeSpec limitBytes. */
            limitBytes: number;

            /** VolumeSpec availability. */
            availability: string;

            /**
             * Creates a new VolumeSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns VolumeSpec instance
             */
            static create(properties: skep.v1.VolumeSpec.$Shape): skep.v1.VolumeSpec & skep.v1.VolumeSpec.$Shape;
            static create(properties?: skep.v1.VolumeSpec.$Properties): skep.v1.VolumeSpec;

            /**
             * Encodes the specified VolumeSpec message. Does not implicitly {@link skep.v1.VolumeSpec.verify|verify} messages.
             * @param message VolumeSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.VolumeSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a VolumeSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.VolumeSpec & skep.v1.VolumeSpec.$Shape} VolumeSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.VolumeSpec & skep.v1.VolumeSpec.$Shape;
        }

        namespace VolumeSpec {

            /** Properties of a VolumeSpec. */
            interface $Properties {

                /** VolumeSpec name */
                name?: (string|null);

                /** VolumeSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** VolumeSpec group */
                group?: (string|null);

                /** VolumeSpec driver */
                driver?: (skep.v1.Driver.$Properties|null);

                /** VolumeSpec accessMode */
                accessMode?: (skep.v1.VolumeAccessMode.$Properties|null);

                /** VolumeSpec secrets */
                secrets?: (skep.v1.VolumeSecret.$Properties[]|null);

                /** VolumeSpec requiredBytes */
                requiredBytes?: (number|null);

                /** VolumeSpec limitBytes */
                limitBytes?: (number|null);

                /** VolumeSpec availability */
                availability?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a VolumeSpec. */
            type $Shape = skep.v1.VolumeSpec.$Properties;
        }

        /**
         * Properties of an OrchestrationConfig.
         * @deprecated Use skep.v1.OrchestrationConfig.$Properties instead.
         */
        interface IOrchestrationConfig extends skep.v1.OrchestrationConfig.$Properties {
        }

        /** Represents an OrchestrationConfig. */
        class OrchestrationConfig {

            /**
             * Constructs a new OrchestrationConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.OrchestrationConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** OrchestrationConfig taskHistoryRetentionLimit. */
            taskHistoryRetentionLimit: number;

            /**
             * Creates a new OrchestrationConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns OrchestrationConfig instance
             */
            static create(properties: skep.v1.OrchestrationConfig.$Shape): skep.v1.OrchestrationConfig & skep.v1.OrchestrationConfig.$Shape;
            static create(properties?: skep.v1.OrchestrationConfig.$Properties): skep.v1.OrchestrationConfig;

            /**
             * Encodes the specified OrchestrationConfig message. Does not implicitly {@link skep.v1.OrchestrationConfig.verify|verify} messages.
             * @param message OrchestrationConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.OrchestrationConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an OrchestrationConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.OrchestrationConfig & skep.v1.OrchestrationConfig.$Shape} OrchestrationConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.OrchestrationConfig & skep.v1.OrchestrationConfig.$Shape;
        }

        namespace OrchestrationConfig {

            /** Properties of an OrchestrationConfig. */
            interface $Properties {

                /** OrchestrationConfig taskHistoryRetentionLimit */
                taskHistoryRetentionLimit?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an OrchestrationConfig. */
            type $Shape = skep.v1.OrchestrationConfig.$Properties;
        }

        /**
         * Properties of a RaftConfig.
         * @deprecated Use skep.v1.RaftConfig.$Properties instead.
         */
        interface IRaftConfig extends skep.v1.RaftConfig.$Properties {
        }

        /** Represents a RaftConfig. */
        class RaftConfig {

            /**
             * Constructs a new RaftConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftConfig snapshotInterval. */
            snapshotInterval: number;

            /** RaftConfig keepOldSnapshots. */
            keepOldSnapshots: number;

            /** RaftConfig logEntriesForSlowFollowers. */
            logEntriesForSlowFollowers: number;

            /** RaftConfig heartbeatTick. */
            heartbeatTick: number;

            /** RaftConfig electionTick. */
            electionTick: number;

            /**
             * Creates a new RaftConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftConfig instance
             */
            static create(properties: skep.v1.RaftConfig.$Shape): skep.v1.RaftConfig & skep.v1.RaftConfig.$Shape;
            static create(properties?: skep.v1.RaftConfig.$Properties): skep.v1.RaftConfig;

            /**
             * Encodes the specified RaftConfig message. Does not implicitly {@link skep.v1.RaftConfig.verify|verify} messages.
             * @param message RaftConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftConfig & skep.v1.RaftConfig.$Shape} RaftConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftConfig & skep.v1.RaftConfig.$Shape;
        }

        namespace RaftConfig {

            /** Properties of a RaftConfig. */
            interface $Properties {

                /** RaftConfig snapshotInterval */
                snapshotInterval?: (number|null);

                /** RaftConfig keepOldSnapshots */
                keepOldSnapshots?: (number|null);

                /** RaftConfig logEntriesForSlowFollowers */
                logEntriesForSlowFollowers?: (number|null);

                /** RaftConfig heartbeatTick */
                heartbeatTick?: (number|null);

                /** RaftConfig electionTick */
                electionTick?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftConfig. */
            type $Shape = skep.v1.RaftConfig.$Properties;
        }

        /**
         * Properties of a DispatcherConfig.
         * @deprecated Use skep.v1.DispatcherConfig.$Properties instead.
         */
        interface IDispatcherConfig extends skep.v1.DispatcherConfig.$Properties {
        }

        /** Represents a DispatcherConfig. */
        class DispatcherConfig {

            /**
             * Constructs a new DispatcherConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.DispatcherConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DispatcherConfig heartbeatPeriodNs. */
            heartbeatPeriodNs: number;

            /**
             * Creates a new DispatcherConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DispatcherConfig instance
             */
            static create(properties: skep.v1.DispatcherConfig.$Shape): skep.v1.DispatcherConfig & skep.v1.DispatcherConfig.$Shape;
            static create(properties?: skep.v1.DispatcherConfig.$Properties): skep.v1.DispatcherConfig;

            /**
             * Encodes the specified DispatcherConfig message. Does not implicitly {@link skep.v1.DispatcherConfig.verify|verify} messages.
             * @param message DispatcherConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.DispatcherConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DispatcherConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.DispatcherConfig & skep.v1.DispatcherConfig.$Shape} DispatcherConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.DispatcherConfig & skep.v1.DispatcherConfig.$Shape;
        }

        namespace DispatcherConfig {

            /** Properties of a DispatcherConfig. */
            interface $Properties {

                /** DispatcherConfig heartbeatPeriodNs */
                heartbeatPeriodNs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DispatcherConfig. */
            type $Shape = skep.v1.DispatcherConfig.$Properties;
        }

        /**
         * Properties of an ExternalCa.
         * @deprecated Use skep.v1.ExternalCa.$Properties instead.
         */
        interface IExternalCa extends skep.v1.ExternalCa.$Properties {
        }

        /** Represents an ExternalCa. */
        class ExternalCa {

            /**
             * Constructs a new ExternalCa.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ExternalCa.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ExternalCa protocol. */
            protocol: string;

            /** ExternalCa url. */
            url: string;

            /** ExternalCa options. */
            options: { [k: string]: string };

            /** ExternalCa caCertPem. */
            caCertPem: string;

            /**
             * Creates a new ExternalCa instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ExternalCa instance
             */
            static create(properties: skep.v1.ExternalCa.$Shape): skep.v1.ExternalCa & skep.v1.ExternalCa.$Shape;
            static create(properties?: skep.v1.ExternalCa.$Properties): skep.v1.ExternalCa;

            /**
             * Encodes the specified ExternalCa message. Does not implicitly {@link skep.v1.ExternalCa.verify|verify} messages.
             * @param message ExternalCa message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ExternalCa.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an ExternalCa message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ExternalCa & skep.v1.ExternalCa.$Shape} ExternalCa
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ExternalCa & skep.v1.ExternalCa.$Shape;
        }

        namespace ExternalCa {

            /** Properties of an ExternalCa. */
            interface $Properties {

                /** ExternalCa protocol */
                protocol?: (string|null);

                /** ExternalCa url */
                url?: (string|null);

                /** ExternalCa options */
                options?: ({ [k: string]: string }|null);

                /** ExternalCa caCertPem */
                caCertPem?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an ExternalCa. */
            type $Shape = skep.v1.ExternalCa.$Properties;
        }

        /**
         * Properties of a CaConfig.
         * @deprecated Use skep.v1.CaConfig.$Properties instead.
         */
        interface ICaConfig extends skep.v1.CaConfig.$Properties {
        }

        /** Represents a CaConfig. */
        class CaConfig {

            /**
             * Constructs a new CaConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.CaConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** CaConfig nodeCertExpiryNs. */
            nodeCertExpiryNs: number;

            /** CaConfig externalCas. */
            externalCas: skep.v1.ExternalCa.$Properties[];

            /** CaConfig signingCaCertPem. */
            signingCaCertPem: string;

            /** CaConfig signingCaKeyPem. */
            signingCaKeyPem: string;

            /** CaConfig forceRotate. */
            forceRotate: number;

            /**
             * Creates a new CaConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns CaConfig instance
             */
            static create(properties: skep.v1.CaConfig.$Shape): skep.v1.CaConfig & skep.v1.CaConfig.$Shape;
            static create(properties?: skep.v1.CaConfig.$Properties): skep.v1.CaConfig;

            /**
             * Encodes the specified CaConfig message. Does not implicitly {@link skep.v1.CaConfig.verify|verify} messages.
             * @param message CaConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.CaConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a CaConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.CaConfig & skep.v1.CaConfig.$Shape} CaConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.CaConfig & skep.v1.CaConfig.$Shape;
        }

        namespace CaConfig {

            /** Properties of a CaConfig. */
            interface $Properties {

                /** CaConfig nodeCertExpiryNs */
                nodeCertExpiryNs?: (number|null);

                /** CaConfig externalCas */
                externalCas?: (skep.v1.ExternalCa.$Properties[]|null);

                /** CaConfig signingCaCertPem */
                signingCaCertPem?: (string|null);

                /** CaConfig signingCaKeyPem */
                signingCaKeyPem?: (string|null);

                /** CaConfig forceRotate */
                forceRotate?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a CaConfig. */
            type $Shape = skep.v1.CaConfig.$Properties;
        }

        /**
         * Properties of a TaskDefaults.
         * @deprecated Use skep.v1.TaskDefaults.$Properties instead.
         */
        interface ITaskDefaults extends skep.v1.TaskDefaults.$Properties {
        }

        /** Represents a TaskDefaults. */
        class TaskDefaults {

            /**
             * Constructs a new TaskDefaults.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TaskDefaults.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskDefaults logDriver. */
            logDriver?: (skep.v1.Driver.$Properties|null);

            /**
             * Creates a new TaskDefaults instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TaskDefaults instance
             */
            static create(properties: skep.v1.TaskDefaults.$Shape): skep.v1.TaskDefaults & skep.v1.TaskDefaults.$Shape;
            static create(properties?: skep.v1.TaskDefaults.$Properties): skep.v1.TaskDefaults;

            /**
             * Encodes the specified TaskDefaults message. Does not implicitly {@link skep.v1.TaskDefaults.verify|verify} messages.
             * @param message TaskDefaults message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TaskDefaults.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskDefaults message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TaskDefaults & skep.v1.TaskDefaults.$Shape} TaskDefaults
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TaskDefaults & skep.v1.TaskDefaults.$Shape;
        }

        namespace TaskDefaults {

            /** Properties of a TaskDefaults. */
            interface $Properties {

                /** TaskDefaults logDriver */
                logDriver?: (skep.v1.Driver.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskDefaults. */
            type $Shape = skep.v1.TaskDefaults.$Properties;
        }

        /**
         * Properties of an EncryptionConfig.
         * @deprecated Use skep.v1.EncryptionConfig.$Properties instead.
         */
        interface IEncryptionConfig extends skep.v1.EncryptionConfig.$Properties {
        }

        /** Represents an EncryptionConfig. */
        class EncryptionConfig {

            /**
             * Constructs a new EncryptionConfig.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.EncryptionConfig.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** EncryptionConfig autoLockManagers. */
            autoLockManagers: boolean;

            /**
             * Creates a new EncryptionConfig instance using the specified properties.
             * @param [properties] Properties to set
             * @returns EncryptionConfig instance
             */
            static create(properties: skep.v1.EncryptionConfig.$Shape): skep.v1.EncryptionConfig & skep.v1.EncryptionConfig.$Shape;
            static create(properties?: skep.v1.EncryptionConfig.$Properties): skep.v1.EncryptionConfig;

            /**
             * Encodes the specified EncryptionConfig message. Does not implicitly {@link skep.v1.EncryptionConfig.verify|verify} messages.
             * @param message EncryptionConfig message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.EncryptionConfig.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an EncryptionConfig message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.EncryptionConfig & skep.v1.EncryptionConfig.$Shape} EncryptionConfig
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.EncryptionConfig & skep.v1.EncryptionConfig.$Shape;
        }

        namespace EncryptionConfig {

            /** Properties of an EncryptionConfig. */
            interface $Properties {

                /** EncryptionConfig autoLockManagers */
                autoLockManagers?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an EncryptionConfig. */
            type $Shape = skep.v1.EncryptionConfig.$Properties;
        }

        /**
         * Properties of a ClusterSpec.
         * @deprecated Use skep.v1.ClusterSpec.$Properties instead.
         */
        interface IClusterSpec extends skep.v1.ClusterSpec.$Properties {
        }

        /** Represents a ClusterSpec. */
        class ClusterSpec {

            /**
             * Constructs a new ClusterSpec.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ClusterSpec.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClusterSpec name. */
            name: string;

            /** ClusterSpec labels. */
            labels: { [k: string]: string };

            /** ClusterSpec orchestration. */
            orchestration?: (skep.v1.OrchestrationConfig.$Properties|null);

            /** ClusterSpec raft. */
            raft?: (skep.v1.RaftConfig.$Properties|null);

            /** ClusterSpec dispatcher. */
            dispatcher?: (skep.v1.DispatcherConfig.$Properties|null);

            /** ClusterSpec ca. */
            ca?: (skep.v1.CaConfig.$Properties|null);

            /** ClusterSpec taskDefaults. */
            taskDefaults?: (skep.v1.TaskDefaults.$Properties|null);

            /** ClusterSpec encryption. */
            encryption?: (skep.v1.EncryptionConfig.$Properties|null);

            /**
             * Creates a new ClusterSpec instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ClusterSpec instance
             */
            static create(properties: skep.v1.ClusterSpec.$Shape): skep.v1.ClusterSpec & skep.v1.ClusterSpec.$Shape;
            static create(properties?: skep.v1.ClusterSpec.$Properties): skep.v1.ClusterSpec;

            /**
             * Encodes the specified ClusterSpec message. Does not implicitly {@link skep.v1.ClusterSpec.verify|verify} messages.
             * @param message ClusterSpec message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ClusterSpec.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClusterSpec message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ClusterSpec & skep.v1.ClusterSpec.$Shape} ClusterSpec
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ClusterSpec & skep.v1.ClusterSpec.$Shape;
        }

        namespace ClusterSpec {

            /** Properties of a ClusterSpec. */
            interface $Properties {

                /** ClusterSpec name */
                name?: (string|null);

                /** ClusterSpec labels */
                labels?: ({ [k: string]: string }|null);

                /** ClusterSpec orchestration */
                orchestration?: (skep.v1.OrchestrationConfig.$Properties|null);

                /** ClusterSpec raft */
                raft?: (skep.v1.RaftConfig.$Properties|null);

                /** ClusterSpec dispatcher */
                dispatcher?: (skep.v1.DispatcherConfig.$Properties|null);

                /** ClusterSpec ca */
                ca?: (skep.v1.CaConfig.$Properties|null);

                /** ClusterSpec taskDefaults */
                taskDefaults?: (skep.v1.TaskDefaults.$Properties|null);

                /** ClusterSpec encryption */
                encryption?: (skep.v1.EncryptionConfig.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClusterSpec. */
            type $Shape = skep.v1.ClusterSpec.$Properties;
        }

        /**
         * Properties of a Node.
         * @deprecated Use skep.v1.Node.$Properties instead.
         */
        interface INode extends skep.v1.Node.$Properties {
        }

        /** Represents a Node. */
        class Node {

            /**
             * Constructs a new Node.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Node.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Node id. */
            id: string;

            /** Node meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Node spec. */
            spec?: (skep.v1.NodeSpec.$Properties|null);

            /** Node description. */
            description?: (skep.v1.NodeDescription.$Properties|null);

            /** Node status. */
            status?: (skep.v1.NodeStatus.$Properties|null);

            /** Node managerStatus. */
            managerStatus?: (skep.v1.ManagerStatus.$Properties|null);

            /** Node observedRole. */
            observedRole: string;

            /** Node certificate. */
            certificate?: (skep.v1.NodeCertificate.$Properties|null);

            /** Node specChangedAfter. */
            specChangedAfter?: (number|null);

            /**
             * Creates a new Node instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Node instance
             */
            static create(properties: skep.v1.Node.$Shape): skep.v1.Node & skep.v1.Node.$Shape;
            static create(properties?: skep.v1.Node.$Properties): skep.v1.Node;

            /**
             * Encodes the specified Node message. Does not implicitly {@link skep.v1.Node.verify|verify} messages.
             * @param message Node message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Node.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Node message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Node & skep.v1.Node.$Shape} Node
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Node & skep.v1.Node.$Shape;
        }

        namespace Node {

            /** Properties of a Node. */
            interface $Properties {

                /** Node id */
                id?: (string|null);

                /** Node meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Node spec */
                spec?: (skep.v1.NodeSpec.$Properties|null);

                /** Node description */
                description?: (skep.v1.NodeDescription.$Properties|null);

                /** Node status */
                status?: (skep.v1.NodeStatus.$Properties|null);

                /** Node managerStatus */
                managerStatus?: (skep.v1.ManagerStatus.$Properties|null);

                /** Node observedRole */
                observedRole?: (string|null);

                /** Node certificate */
                certificate?: (skep.v1.NodeCertificate.$Properties|null);

                /** Node specChangedAfter */
                specChangedAfter?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Node. */
            type $Shape = skep.v1.Node.$Properties;
        }

        /**
         * Properties of a Service.
         * @deprecated Use skep.v1.Service.$Properties instead.
         */
        interface IService extends skep.v1.Service.$Properties {
        }

        /** Represents a Service. */
        class Service {

            /**
             * Constructs a new Service.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Service.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Service id. */
            id: string;

            /** Service meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Service spec. */
            spec?: (skep.v1.ServiceSpec.$Properties|null);

            /** Service previousSpec. */
            previousSpec?: (skep.v1.ServiceSpec.$Properties|null);

            /** Service specVersion. */
            specVersion: number;

            /** Service previousSpecVersion. */
            previousSpecVersion?: (number|null);

            /** Service endpoint. */
            endpoint?: (skep.v1.Endpoint.$Properties|null);

            /** Service updateStatus. */
            updateStatus?: (skep.v1.UpdateStatus.$Properties|null);

            /** Service jobStatus. */
            jobStatus?: (skep.v1.JobStatus.$Properties|null);

            /** Service pendingDelete. */
            pendingDelete: boolean;

            /**
             * Creates a new Service instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Service instance
             */
            static create(properties: skep.v1.Service.$Shape): skep.v1.Service & skep.v1.Service.$Shape;
            static create(properties?: skep.v1.Service.$Properties): skep.v1.Service;

            /**
             * Encodes the specified Service message. Does not implicitly {@link skep.v1.Service.verify|verify} messages.
             * @param message Service message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Service.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Service message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Service & skep.v1.Service.$Shape} Service
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Service & skep.v1.Service.$Shape;
        }

        namespace Service {

            /** Properties of a Service. */
            interface $Properties {

                /** Service id */
                id?: (string|null);

                /** Service meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Service spec */
                spec?: (skep.v1.ServiceSpec.$Properties|null);

                /** Service previousSpec */
                previousSpec?: (skep.v1.ServiceSpec.$Properties|null);

                /** Service specVersion */
                specVersion?: (number|null);

                /** Service previousSpecVersion */
                previousSpecVersion?: (number|null);

                /** Service endpoint */
                endpoint?: (skep.v1.Endpoint.$Properties|null);

                /** Service updateStatus */
                updateStatus?: (skep.v1.UpdateStatus.$Properties|null);

                /** Service jobStatus */
                jobStatus?: (skep.v1.JobStatus.$Properties|null);

                /** Service pendingDelete */
                pendingDelete?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Service. */
            type $Shape = skep.v1.Service.$Properties;
        }

        /**
         * Properties of a NetworkAttachment.
         * @deprecated Use skep.v1.NetworkAttachment.$Properties instead.
         */
        interface INetworkAttachment extends skep.v1.NetworkAttachment.$Properties {
        }

        /** Represents a NetworkAttachment. */
        class NetworkAttachment {

            /**
             * Constructs a new NetworkAttachment.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkAttachment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkAttachment network. */
            network?: (skep.v1.Network.$Properties|null);

            /** NetworkAttachment addresses. */
            addresses: string[];

            /** NetworkAttachment aliases. */
            aliases: string[];

            /** NetworkAttachment driverOptions. */
            driverOptions: { [k: string]: string };

            /**
             * Creates a new NetworkAttachment instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkAttachment instance
             */
            static create(properties: skep.v1.NetworkAttachment.$Shape): skep.v1.NetworkAttachment & skep.v1.NetworkAttachment.$Shape;
            static create(properties?: skep.v1.NetworkAttachment.$Properties): skep.v1.NetworkAttachment;

            /**
             * Encodes the specified NetworkAttachment message. Does not implicitly {@link skep.v1.NetworkAttachment.verify|verify} messages.
             * @param message NetworkAttachment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkAttachment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkAttachment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkAttachment & skep.v1.NetworkAttachment.$Shape} NetworkAttachment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkAttachment & skep.v1.NetworkAttachment.$Shape;
        }

        namespace NetworkAttachment {

            /** Properties of a NetworkAttachment. */
            interface $Properties {

                /** NetworkAttachment network */
                network?: (skep.v1.Network.$Properties|null);

                /** NetworkAttachment addresses */
                addresses?: (string[]|null);

                /** NetworkAttachment aliases */
                aliases?: (string[]|null);

                /** NetworkAttachment driverOptions */
                driverOptions?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworkAttachment. */
            type $Shape = skep.v1.NetworkAttachment.$Properties;
        }

        /**
         * Properties of a Task.
         * @deprecated Use skep.v1.Task.$Properties instead.
         */
        interface ITask extends skep.v1.Task.$Properties {
        }

        /** Represents a Task. */
        class Task {

            /**
             * Constructs a new Task.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Task.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Task id. */
            id: string;

            /** Task meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Task spec. */
            spec?: (skep.v1.TaskSpec.$Properties|null);

            /** Task specVersion. */
            specVersion: number;

            /** Task serviceId. */
            serviceId: string;

            /** Task slot. */
            slot: number;

            /** Task nodeId. */
            nodeId: string;

            /** Task serviceAnnotations. */
            serviceAnnotations?: (skep.v1.Annotations.$Properties|null);

            /** Task annotations. */
            annotations?: (skep.v1.Annotations.$Properties|null);

            /** Task status. */
            status?: (skep.v1.TaskStatus.$Properties|null);

            /** Task desiredState. */
            desiredState: number;

            /** Task networks. */
            networks: skep.v1.NetworkAttachment.$Properties[];

            /** Task endpoint. */
            endpoint?: (skep.v1.Endpoint.$Properties|null);

            /** Task logDriver. */
            logDriver?: (skep.v1.Driver.$Properties|null);

            /** Task assignedGenericResources. */
            assignedGenericResources: skep.v1.GenericResource.$Properties[];

            /** Task jobIteration. */
            jobIteration?: (number|null);

            /**
             * Creates a new Task instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Task instance
             */
            static create(properties: skep.v1.Task.$Shape): skep.v1.Task & skep.v1.Task.$Shape;
            static create(properties?: skep.v1.Task.$Properties): skep.v1.Task;

            /**
             * Encodes the specified Task message. Does not implicitly {@link skep.v1.Task.verify|verify} messages.
             * @param message Task message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Task.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Task message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Task & skep.v1.Task.$Shape} Task
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Task & skep.v1.Task.$Shape;
        }

        namespace Task {

            /** Properties of a Task. */
            interface $Properties {

                /** Task id */
                id?: (string|null);

                /** Task meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Task spec */
                spec?: (skep.v1.TaskSpec.$Properties|null);

                /** Task specVersion */
                specVersion?: (number|null);

                /** Task serviceId */
                serviceId?: (string|null);

                /** Task slot */
                slot?: (number|null);

                /** Task nodeId */
                nodeId?: (string|null);

                /** Task serviceAnnotations */
                serviceAnnotations?: (skep.v1.Annotations.$Properties|null);

                /** Task annotations */
                annotations?: (skep.v1.Annotations.$Properties|null);

                /** Task status */
                status?: (skep.v1.TaskStatus.$Properties|null);

                /** Task desiredState */
                desiredState?: (number|null);

                /** Task networks */
                networks?: (skep.v1.NetworkAttachment.$Properties[]|null);

                /** Task endpoint */
                endpoint?: (skep.v1.Endpoint.$Properties|null);

                /** Task logDriver */
                logDriver?: (skep.v1.Driver.$Properties|null);

                /** Task assignedGenericResources */
                assignedGenericResources?: (skep.v1.GenericResource.$Properties[]|null);

                /** Task jobIteration */
                jobIteration?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Task. */
            type $Shape = skep.v1.Task.$Properties;
        }

        /**
         * Properties of a Network.
         * @deprecated Use skep.v1.Network.$Properties instead.
         */
        interface INetwork extends skep.v1.Network.$Properties {
        }

        /** Represents a Network. */
        class Network {

            /**
             * Constructs a new Network.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Network.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Network id. */
            id: string;

            /** Network meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Network spec. */
            spec?: (skep.v1.NetworkSpec.$Properties|null);

            /** Network driverState. */
            driverState?: (skep.v1.Driver.$Properties|null);

            /** Network ipam. */
            ipam?: (skep.v1.Ipam.$Properties|null);

            /** Network pendingDelete. */
            pendingDelete: boolean;

            /**
             * Creates a new Network instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Network instance
             */
            static create(properties: skep.v1.Network.$Shape): skep.v1.Network & skep.v1.Network.$Shape;
            static create(properties?: skep.v1.Network.$Properties): skep.v1.Network;

            /**
             * Encodes the specified Network message. Does not implicitly {@link skep.v1.Network.verify|verify} messages.
             * @param message Network message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Network.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Network message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Network & skep.v1.Network.$Shape} Network
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Network & skep.v1.Network.$Shape;
        }

        namespace Network {

            /** Properties of a Network. */
            interface $Properties {

                /** Network id */
                id?: (string|null);

                /** Network meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Network spec */
                spec?: (skep.v1.NetworkSpec.$Properties|null);

                /** Network driverState */
                driverState?: (skep.v1.Driver.$Properties|null);

                /** Network ipam */
                ipam?: (skep.v1.Ipam.$Properties|null);

                /** Network pendingDelete */
                pendingDelete?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Network. */
            type $Shape = skep.v1.Network.$Properties;
        }

        /**
         * Properties of a Secret.
         * @deprecated Use skep.v1.Secret.$Properties instead.
         */
        interface ISecret extends skep.v1.Secret.$Properties {
        }

        /** Represents a Secret. */
        class Secret {

            /**
             * Constructs a new Secret.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Secret.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Secret id. */
            id: string;

            /** Secret meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Secret spec. */
            spec?: (skep.v1.SecretSpec.$Properties|null);

            /** Secret internal. */
            internal: boolean;

            /**
             * Creates a new Secret instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Secret instance
             */
            static create(properties: skep.v1.Secret.$Shape): skep.v1.Secret & skep.v1.Secret.$Shape;
            static create(properties?: skep.v1.Secret.$Properties): skep.v1.Secret;

            /**
             * Encodes the specified Secret message. Does not implicitly {@link skep.v1.Secret.verify|verify} messages.
             * @param message Secret message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Secret.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Secret message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Secret & skep.v1.Secret.$Shape} Secret
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Secret & skep.v1.Secret.$Shape;
        }

        namespace Secret {

            /** Properties of a Secret. */
            interface $Properties {

                /** Secret id */
                id?: (string|null);

                /** Secret meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Secret spec */
                spec?: (skep.v1.SecretSpec.$Properties|null);

                /** Secret internal */
                internal?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Secret. */
            type $Shape = skep.v1.Secret.$Properties;
        }

        /**
         * Properties of a Config.
         * @deprecated Use skep.v1.Config.$Properties instead.
         */
        interface IConfig extends skep.v1.Config.$Properties {
        }

        /** Represents a Config. */
        class Config {

            /**
             * Constructs a new Config.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Config.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Config id. */
            id: string;

            /** Config meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Config spec. */
            spec?: (skep.v1.ConfigSpec.$Properties|null);

            /**
             * Creates a new Config instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Config instance
             */
            static create(properties: skep.v1.Config.$Shape): skep.v1.Config & skep.v1.Config.$Shape;
            static create(properties?: skep.v1.Config.$Properties): skep.v1.Config;

            /**
             * Encodes the specified Config message. Does not implicitly {@link skep.v1.Config.verify|verify} messages.
             * @param message Config message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Config.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Config message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Config & skep.v1.Config.$Shape} Config
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Config & skep.v1.Config.$Shape;
        }

        namespace Config {

            /** Properties of a Config. */
            interface $Properties {

                /** Config id */
                id?: (string|null);

                /** Config meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Config spec */
                spec?: (skep.v1.ConfigSpec.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Config. */
            type $Shape = skep.v1.Config.$Properties;
        }

        /**
         * Properties of a Volume.
         * @deprecated Use skep.v1.Volume.$Properties instead.
         */
        interface IVolume extends skep.v1.Volume.$Properties {
        }

        /** Represents a Volume. */
        class Volume {

            /**
             * Constructs a new Volume.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Volume.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Volume id. */
            id: string;

            /** Volume meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Volume spec. */
            spec?: (skep.v1.VolumeSpec.$Properties|null);

            /** Volume pendingDelete. */
            pendingDelete: boolean;

            /**
             * Creates a new Volume instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Volume instance
             */
            static create(properties: skep.v1.Volume.$Shape): skep.v1.Volume & skep.v1.Volume.$Shape;
            static create(properties?: skep.v1.Volume.$Properties): skep.v1.Volume;

            /**
             * Encodes the specified Volume message. Does not implicitly {@link skep.v1.Volume.verify|verify} messages.
             * @param message Volume message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Volume.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Volume message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Volume & skep.v1.Volume.$Shape} Volume
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Volume & skep.v1.Volume.$Shape;
        }

        namespace Volume {

            /** Properties of a Volume. */
            interface $Properties {

                /** Volume id */
                id?: (string|null);

                /** Volume meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Volume spec */
                spec?: (skep.v1.VolumeSpec.$Properties|null);

                /** Volume pendingDelete */
                pendingDelete?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Volume. */
            type $Shape = skep.v1.Volume.$Properties;
        }

        /**
         * Properties of an UnlockKey.
         * @deprecated Use skep.v1.UnlockKey.$Properties instead.
         */
        interface IUnlockKey extends skep.v1.UnlockKey.$Properties {
        }

        /** Represents an UnlockKey. */
        class UnlockKey {

            /**
             * Constructs a new UnlockKey.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UnlockKey.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UnlockKey subsystem. */
            subsystem: string;

            /** UnlockKey key. */
            key: Uint8Array;

            /**
             * Creates a new UnlockKey instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UnlockKey instance
             */
            static create(properties: skep.v1.UnlockKey.$Shape): skep.v1.UnlockKey & skep.v1.UnlockKey.$Shape;
            static create(properties?: skep.v1.UnlockKey.$Properties): skep.v1.UnlockKey;

            /**
             * Encodes the specified UnlockKey message. Does not implicitly {@link skep.v1.UnlockKey.verify|verify} messages.
             * @param message UnlockKey message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UnlockKey.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UnlockKey message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UnlockKey & skep.v1.UnlockKey.$Shape} UnlockKey
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UnlockKey & skep.v1.UnlockKey.$Shape;
        }

        namespace UnlockKey {

            /** Properties of an UnlockKey. */
            interface $Properties {

                /** UnlockKey subsystem */
                subsystem?: (string|null);

                /** UnlockKey key */
                key?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UnlockKey. */
            type $Shape = skep.v1.UnlockKey.$Properties;
        }

        /**
         * Properties of a JoinTokens.
         * @deprecated Use skep.v1.JoinTokens.$Properties instead.
         */
        interface IJoinTokens extends skep.v1.JoinTokens.$Properties {
        }

        /** Represents a JoinTokens. */
        class JoinTokens {

            /**
             * Constructs a new JoinTokens.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.JoinTokens.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** JoinTokens worker. */
            worker: string;

            /** JoinTokens manager. */
            manager: string;

            /**
             * Creates a new JoinTokens instance using the specified properties.
             * @param [properties] Properties to set
             * @returns JoinTokens instance
             */
            static create(properties: skep.v1.JoinTokens.$Shape): skep.v1.JoinTokens & skep.v1.JoinTokens.$Shape;
            static create(properties?: skep.v1.JoinTokens.$Properties): skep.v1.JoinTokens;

            /**
             * Encodes the specified JoinTokens message. Does not implicitly {@link skep.v1.JoinTokens.verify|verify} messages.
             * @param message JoinTokens message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.JoinTokens.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a JoinTokens message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.JoinTokens & skep.v1.JoinTokens.$Shape} JoinTokens
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.JoinTokens & skep.v1.JoinTokens.$Shape;
        }

        namespace JoinTokens {

            /** Properties of a JoinTokens. */
            interface $Properties {

                /** JoinTokens worker */
                worker?: (string|null);

                /** JoinTokens manager */
                manager?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a JoinTokens. */
            type $Shape = skep.v1.JoinTokens.$Properties;
        }

        /**
         * Properties of a RootRotation.
         * @deprecated Use skep.v1.RootRotation.$Properties instead.
         */
        interface IRootRotation extends skep.v1.RootRotation.$Properties {
        }

        /** Represents a RootRotation. */
        class RootRotation {

            /**
             * Constructs a new RootRotation.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RootRotation.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RootRotation certPem. */
            certPem: string;

            /** RootRotation keyPem. */
            keyPem: string;

            /** RootRotation crossSignedPem. */
            crossSignedPem: string;

            /**
             * Creates a new RootRotation instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RootRotation instance
             */
            static create(properties: skep.v1.RootRotation.$Shape): skep.v1.RootRotation & skep.v1.RootRotation.$Shape;
            static create(properties?: skep.v1.RootRotation.$Properties): skep.v1.RootRotation;

            /**
             * Encodes the specified RootRotation message. Does not implicitly {@link skep.v1.RootRotation.verify|verify} messages.
             * @param message RootRotation message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RootRotation.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RootRotation message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RootRotation & skep.v1.RootRotation.$Shape} RootRotation
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RootRotation & skep.v1.RootRotation.$Shape;
        }

        namespace RootRotation {

            /** Properties of a RootRotation. */
            interface $Properties {

                /** RootRotation certPem */
                certPem?: (string|null);

                /** RootRotation keyPem */
                keyPem?: (string|null);

                /** RootRotation crossSignedPem */
                crossSignedPem?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RootRotation. */
            type $Shape = skep.v1.RootRotation.$Properties;
        }

        /**
         * Properties of a RootCa.
         * @deprecated Use skep.v1.RootCa.$Properties instead.
         */
        interface IRootCa extends skep.v1.RootCa.$Properties {
        }

        /** Represents a RootCa. */
        class RootCa {

            /**
             * Constructs a new RootCa.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RootCa.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RootCa certPem. */
            certPem: string;

            /** RootCa keyPem. */
            keyPem: string;

            /** RootCa digest. */
            digest: string;

            /** RootCa joinTokens. */
            joinTokens?: (skep.v1.JoinTokens.$Properties|null);

            /** RootCa rotation. */
            rotation?: (skep.v1.RootRotation.$Properties|null);

            /** RootCa lastForcedRotation. */
            lastForcedRotation: number;

            /**
             * Creates a new RootCa instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RootCa instance
             */
            static create(properties: skep.v1.RootCa.$Shape): skep.v1.RootCa & skep.v1.RootCa.$Shape;
            static create(properties?: skep.v1.RootCa.$Properties): skep.v1.RootCa;

            /**
             * Encodes the specified RootCa message. Does not implicitly {@link skep.v1.RootCa.verify|verify} messages.
             * @param message RootCa message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RootCa.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RootCa message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RootCa & skep.v1.RootCa.$Shape} RootCa
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RootCa & skep.v1.RootCa.$Shape;
        }

        namespace RootCa {

            /** Properties of a RootCa. */
            interface $Properties {

                /** RootCa certPem */
                certPem?: (string|null);

                /** RootCa keyPem */
                keyPem?: (string|null);

                /** RootCa digest */
                digest?: (string|null);

                /** RootCa joinTokens */
                joinTokens?: (skep.v1.JoinTokens.$Properties|null);

                /** RootCa rotation */
                rotation?: (skep.v1.RootRotation.$Properties|null);

                /** RootCa lastForcedRotation */
                lastForcedRotation?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RootCa. */
            type $Shape = skep.v1.RootCa.$Properties;
        }

        /**
         * Properties of a BlacklistedCertificate.
         * @deprecated Use skep.v1.BlacklistedCertificate.$Properties instead.
         */
        interface IBlacklistedCertificate extends skep.v1.BlacklistedCertificate.$Properties {
        }

        /** Represents a BlacklistedCertificate. */
        class BlacklistedCertificate {

            /**
             * Constructs a new BlacklistedCertificate.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.BlacklistedCertificate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** BlacklistedCertificate expiryMs. */
            expiryMs: number;

            /**
             * Creates a new BlacklistedCertificate instance using the specified properties.
             * @param [properties] Properties to set
             * @returns BlacklistedCertificate instance
             */
            static create(properties: skep.v1.BlacklistedCertificate.$Shape): skep.v1.BlacklistedCertificate & skep.v1.BlacklistedCertificate.$Shape;
            static create(properties?: skep.v1.BlacklistedCertificate.$Properties): skep.v1.BlacklistedCertificate;

            /**
             * Encodes the specified BlacklistedCertificate message. Does not implicitly {@link skep.v1.BlacklistedCertificate.verify|verify} messages.
             * @param message BlacklistedCertificate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.BlacklistedCertificate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a BlacklistedCertificate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.BlacklistedCertificate & skep.v1.BlacklistedCertificate.$Shape} BlacklistedCertificate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.BlacklistedCertificate & skep.v1.BlacklistedCertificate.$Shape;
        }

        namespace BlacklistedCertificate {

            /** Properties of a BlacklistedCertificate. */
            interface $Properties {

                /** BlacklistedCertificate expiryMs */
                expiryMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a BlacklistedCertificate. */
            type $Shape = skep.v1.BlacklistedCertificate.$Properties;
        }

        /**
         * Properties of a Cluster.
         * @deprecated Use skep.v1.Cluster.$Properties instead.
         */
        interface ICluster extends skep.v1.Cluster.$Properties {
        }

        /** Represents a Cluster. */
        class Cluster {

            /**
             * Constructs a new Cluster.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Cluster.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Cluster id. */
            id: string;

            /** Cluster meta. */
            meta?: (skep.v1.Meta.$Properties|null);

            /** Cluster spec. */
            spec?: (skep.v1.ClusterSpec.$Properties|null);

            /** Cluster rootCa. */
            rootCa?: (skep.v1.RootCa.$Properties|null);

            /** Cluster unlockKeys. */
            unlockKeys: skep.v1.UnlockKey.$Properties[];

            /** Cluster blacklistedCertificates. */
            blacklistedCertificates: { [k: string]: skep.v1.BlacklistedCertificate.$Properties };

            /** Cluster defaultAddressPool. */
            defaultAddressPool: string[];

            /** Cluster subnetSize. */
            subnetSize: number;

            /** Cluster dataPathPort. */
            dataPathPort: number;

            /** Cluster fipsEnabled. */
            fipsEnabled: boolean;

            /**
             * Creates a new Cluster instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Cluster instance
             */
            static create(properties: skep.v1.Cluster.$Shape): skep.v1.Cluster & skep.v1.Cluster.$Shape;
            static create(properties?: skep.v1.Cluster.$Properties): skep.v1.Cluster;

            /**
             * Encodes the specified Cluster message. Does not implicitly {@link skep.v1.Cluster.verify|verify} messages.
             * @param message Cluster message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Cluster.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Cluster message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Cluster & skep.v1.Cluster.$Shape} Cluster
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Cluster & skep.v1.Cluster.$Shape;
        }

        namespace Cluster {

            /** Properties of a Cluster. */
            interface $Properties {

                /** Cluster id */
                id?: (string|null);

                /** Cluster meta */
                meta?: (skep.v1.Meta.$Properties|null);

                /** Cluster spec */
                spec?: (skep.v1.ClusterSpec.$Properties|null);

                /** Cluster rootCa */
                rootCa?: (skep.v1.RootCa.$Properties|null);

                /** Cluster unlockKeys */
                unlockKeys?: (skep.v1.UnlockKey.$Properties[]|null);

                /** Cluster blacklistedCertificates */
                blacklistedCertificates?: ({ [k: string]: skep.v1.BlacklistedCertificate.$Properties }|null);

                /** Cluster defaultAddressPool */
                defaultAddressPool?: (string[]|null);

                /** Cluster subnetSize */
                subnetSize?: (number|null);

                /** Cluster dataPathPort */
                dataPathPort?: (number|null);

                /** Cluster fipsEnabled */
                fipsEnabled?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Cluster. */
            type $Shape = skep.v1.Cluster.$Properties;
        }

        /**
         * Properties of a StoreAction.
         * @deprecated Use skep.v1.StoreAction.$Properties instead.
         */
        interface IStoreAction extends skep.v1.StoreAction.$Properties {
        }

        /** Represents a StoreAction. */
        class StoreAction {

            /**
             * Constructs a new StoreAction.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.StoreAction.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoreAction action. */
            action: string;

            /** StoreAction table. */
            table: string;

            /** StoreAction id. */
            id: string;

            /** StoreAction node. */
            node?: (skep.v1.Node.$Properties|null);

            /** StoreAction service. */
            service?: (skep.v1.Service.$Properties|null);

            /** StoreAction task. */
            task?: (skep.v1.Task.$Properties|null);

            /** StoreAction network. */
            network?: (skep.v1.Network.$Properties|null);

            /** StoreAction secret. */
            secret?: (skep.v1.Secret.$Properties|null);

            /** StoreAction config. */
            config?: (skep.v1.Config.$Properties|null);

            /** StoreAction volume. */
            volume?: (skep.v1.Volume.$Properties|null);

            /** StoreAction cluster. */
            cluster?: (skep.v1.Cluster.$Properties|null);

            /** StoreAction object. */
            object?: ("node"|"service"|"task"|"network"|"secret"|"config"|"volume"|"cluster");

            /**
             * Creates a new StoreAction instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StoreAction instance
             */
            static create(properties: skep.v1.StoreAction.$Shape): skep.v1.StoreAction & skep.v1.StoreAction.$Shape;
            static create(properties?: skep.v1.StoreAction.$Properties): skep.v1.StoreAction;

            /**
             * Encodes the specified StoreAction message. Does not implicitly {@link skep.v1.StoreAction.verify|verify} messages.
             * @param message StoreAction message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.StoreAction.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoreAction message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.StoreAction & skep.v1.StoreAction.$Shape} StoreAction
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.StoreAction & skep.v1.StoreAction.$Shape;
        }

        namespace StoreAction {

            /** Properties of a StoreAction. */
            interface $Properties {

                /** StoreAction action */
                action?: (string|null);

                /** StoreAction table */
                table?: (string|null);

                /** StoreAction id */
                id?: (string|null);

                /** StoreAction node */
                node?: (skep.v1.Node.$Properties|null);

                /** StoreAction service */
                service?: (skep.v1.Service.$Properties|null);

                /** StoreAction task */
                task?: (skep.v1.Task.$Properties|null);

                /** StoreAction network */
                network?: (skep.v1.Network.$Properties|null);

                /** StoreAction secret */
                secret?: (skep.v1.Secret.$Properties|null);

                /** StoreAction config */
                config?: (skep.v1.Config.$Properties|null);

                /** StoreAction volume */
                volume?: (skep.v1.Volume.$Properties|null);

                /** StoreAction cluster */
                cluster?: (skep.v1.Cluster.$Properties|null);

                /** StoreAction object */
                object?: ("node"|"service"|"task"|"network"|"secret"|"config"|"volume"|"cluster");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a StoreAction. */
            type $Shape = {
              action?: string|null;
              table?: string|null;
              id?: string|null;
              node?: skep.v1.Node.$Shape|null;
              service?: skep.v1.Service.$Shape|null;
              task?: skep.v1.Task.$Shape|null;
              network?: skep.v1.Network.$Shape|null;
              secret?: skep.v1.Secret.$Shape|null;
              config?: skep.v1.Config.$Shape|null;
              volume?: skep.v1.Volume.$Shape|null;
              cluster?: skep.v1.Cluster.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ object?: undefined; node?: null; service?: null; task?: null; network?: null; secret?: null; config?: null; volume?: null; cluster?: null }|{ object?: "node"; node: skep.v1.Node.$Shape; service?: null; task?: null; network?: null; secret?: null; config?: null; volume?: null; cluster?: null }|{ object?: "service"; node?: null; service: skep.v1.Service.$Shape; task?: null; network?: null; secret?: null; config?: null; volume?: null; cluster?: null }|{ object?: "task"; node?: null; service?: null; task: skep.v1.Task.$Shape; network?: null; secret?: null; config?: null; volume?: null; cluster?: null }|{ object?: "network"; node?: null; service?: null; task?: null; network: skep.v1.Network.$Shape; secret?: null; config?: null; volume?: null; cluster?: null }|{ object?: "secret"; node?: null; service?: null; task?: null; network?: null; secret: skep.v1.Secret.$Shape; config?: null; volume?: null; cluster?: null }|{ object?: "config"; node?: null; service?: null; task?: null; network?: null; secret?: null; config: skep.v1.Config.$Shape; volume?: null; cluster?: null }|{ object?: "volume"; node?: null; service?: null; task?: null; network?: null; secret?: null; config?: null; volume: skep.v1.Volume.$Shape; cluster?: null }|{ object?: "cluster"; node?: null; service?: null; task?: null; network?: null; secret?: null; config?: null; volume?: null; cluster: skep.v1.Cluster.$Shape })
            );
        }

        /**
         * Properties of a StoreChange.
         * @deprecated Use skep.v1.StoreChange.$Properties instead.
         */
        interface IStoreChange extends skep.v1.StoreChange.$Properties {
        }

        /** Represents a StoreChange. */
        class StoreChange {

            /**
             * Constructs a new StoreChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.StoreChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** StoreChange actions. */
            actions: skep.v1.StoreAction.$Properties[];

            /** StoreChange timeMs. */
            timeMs: number;

            /**
             * Creates a new StoreChange instance using the specified properties.
             * @param [properties] Properties to set
             * @returns StoreChange instance
             */
            static create(properties: skep.v1.StoreChange.$Shape): skep.v1.StoreChange & skep.v1.StoreChange.$Shape;
            static create(properties?: skep.v1.StoreChange.$Properties): skep.v1.StoreChange;

            /**
             * Encodes the specified StoreChange message. Does not implicitly {@link skep.v1.StoreChange.verify|verify} messages.
             * @param message StoreChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.StoreChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a StoreChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.StoreChange & skep.v1.StoreChange.$Shape} StoreChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.StoreChange & skep.v1.StoreChange.$Shape;
        }

        namespace StoreChange {

            /** Properties of a StoreChange. */
            interface $Properties {

                /** StoreChange actions */
                actions?: (skep.v1.StoreAction.$Properties[]|null);

                /** StoreChange timeMs */
                timeMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a StoreChange. */
            type $Shape = {
              actions?: skep.v1.StoreAction.$Shape[]|null;
              timeMs?: number|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a SessionRequest.
         * @deprecated Use skep.v1.SessionRequest.$Properties instead.
         */
        interface ISessionRequest extends skep.v1.SessionRequest.$Properties {
        }

        /** Represents a SessionRequest. */
        class SessionRequest {

            /**
             * Constructs a new SessionRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SessionRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SessionRequest description. */
            description?: (skep.v1.NodeDescription.$Properties|null);

            /** SessionRequest sessionId. */
            sessionId: string;

            /** SessionRequest advertiseAddress. */
            advertiseAddress: string;

            /**
             * Creates a new SessionRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SessionRequest instance
             */
            static create(properties: skep.v1.SessionRequest.$Shape): skep.v1.SessionRequest & skep.v1.SessionRequest.$Shape;
            static create(properties?: skep.v1.SessionRequest.$Properties): skep.v1.SessionRequest;

            /**
             * Encodes the specified SessionRequest message. Does not implicitly {@link skep.v1.SessionRequest.verify|verify} messages.
             * @param message SessionRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SessionRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SessionRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SessionRequest & skep.v1.SessionRequest.$Shape} SessionRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SessionRequest & skep.v1.SessionRequest.$Shape;
        }

        namespace SessionRequest {

            /** Properties of a SessionRequest. */
            interface $Properties {

                /** SessionRequest description */
                description?: (skep.v1.NodeDescription.$Properties|null);

                /** SessionRequest sessionId */
                sessionId?: (string|null);

                /** SessionRequest advertiseAddress */
                advertiseAddress?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SessionRequest. */
            type $Shape = skep.v1.SessionRequest.$Properties;
        }

        /**
         * Properties of a WeightedPeer.
         * @deprecated Use skep.v1.WeightedPeer.$Properties instead.
         */
        interface IWeightedPeer extends skep.v1.WeightedPeer.$Properties {
        }

        /** Represents a WeightedPeer. */
        class WeightedPeer {

            /**
             * Constructs a new WeightedPeer.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.WeightedPeer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** WeightedPeer nodeId. */
            nodeId: string;

            /** WeightedPeer address. */
            address: string;

            /** WeightedPeer weight. */
            weight: number;

            /**
             * Creates a new WeightedPeer instance using the specified properties.
             * @param [properties] Properties to set
             * @returns WeightedPeer instance
             */
            static create(properties: skep.v1.WeightedPeer.$Shape): skep.v1.WeightedPeer & skep.v1.WeightedPeer.$Shape;
            static create(properties?: skep.v1.WeightedPeer.$Properties): skep.v1.WeightedPeer;

            /**
             * Encodes the specified WeightedPeer message. Does not implicitly {@link skep.v1.WeightedPeer.verify|verify} messages.
             * @param message WeightedPeer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.WeightedPeer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a WeightedPeer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.WeightedPeer & skep.v1.WeightedPeer.$Shape} WeightedPeer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.WeightedPeer & skep.v1.WeightedPeer.$Shape;
        }

        namespace WeightedPeer {

            /** Properties of a WeightedPeer. */
            interface $Properties {

                /** WeightedPeer nodeId */
                nodeId?: (string|null);

                /** WeightedPeer address */
                address?: (string|null);

                /** WeightedPeer weight */
                weight?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a WeightedPeer. */
            type $Shape = skep.v1.WeightedPeer.$Properties;
        }

        /**
         * Properties of a SessionMessage.
         * @deprecated Use skep.v1.SessionMessage.$Properties instead.
         */
        interface ISessionMessage extends skep.v1.SessionMessage.$Properties {
        }

        /** Represents a SessionMessage. */
        class SessionMessage {

            /**
             * Constructs a new SessionMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SessionMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SessionMessage sessionId. */
            sessionId: string;

            /** SessionMessage node. */
            node?: (skep.v1.Node.$Properties|null);

            /** SessionMessage managers. */
            managers: skep.v1.WeightedPeer.$Properties[];

            /** SessionMessage rootCaPem. */
            rootCaPem?: (string|null);

            /** SessionMessage questions. */
            questions: skep.v1.NodeQuestion.$Properties[];

            /**
             * Creates a new SessionMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SessionMessage instance
             */
            static create(properties: skep.v1.SessionMessage.$Shape): skep.v1.SessionMessage & skep.v1.SessionMessage.$Shape;
            static create(properties?: skep.v1.SessionMessage.$Properties): skep.v1.SessionMessage;

            /**
             * Encodes the specified SessionMessage message. Does not implicitly {@link skep.v1.SessionMessage.verify|verify} messages.
             * @param message SessionMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SessionMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SessionMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SessionMessage & skep.v1.SessionMessage.$Shape} SessionMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SessionMessage & skep.v1.SessionMessage.$Shape;
        }

        namespace SessionMessage {

            /** Properties of a SessionMessage. */
            interface $Properties {

                /** SessionMessage sessionId */
                sessionId?: (string|null);

                /** SessionMessage node */
                node?: (skep.v1.Node.$Properties|null);

                /** SessionMessage managers */
                managers?: (skep.v1.WeightedPeer.$Properties[]|null);

                /** SessionMessage rootCaPem */
                rootCaPem?: (string|null);

                /** SessionMessage questions */
                questions?: (skep.v1.NodeQuestion.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SessionMessage. */
            type $Shape = skep.v1.SessionMessage.$Properties;
        }

        /**
         * Properties of a NodeQuestion.
         * @deprecated Use skep.v1.NodeQuestion.$Properties instead.
         */
        interface INodeQuestion extends skep.v1.NodeQuestion.$Properties {
        }

        /** Represents a NodeQuestion. */
        class NodeQuestion {

            /**
             * Constructs a new NodeQuestion.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NodeQuestion.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NodeQuestion id. */
            id: string;

            /** NodeQuestion kind. */
            kind: string;

            /** NodeQuestion body. */
            body: Uint8Array;

            /**
             * Creates a new NodeQuestion instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NodeQuestion instance
             */
            static create(properties: skep.v1.NodeQuestion.$Shape): skep.v1.NodeQuestion & skep.v1.NodeQuestion.$Shape;
            static create(properties?: skep.v1.NodeQuestion.$Properties): skep.v1.NodeQuestion;

            /**
             * Encodes the specified NodeQuestion message. Does not implicitly {@link skep.v1.NodeQuestion.verify|verify} messages.
             * @param message NodeQuestion message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NodeQuestion.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NodeQuestion message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NodeQuestion & skep.v1.NodeQuestion.$Shape} NodeQuestion
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NodeQuestion & skep.v1.NodeQuestion.$Shape;
        }

        namespace NodeQuestion {

            /** Properties of a NodeQuestion. */
            interface $Properties {

                /** NodeQuestion id */
                id?: (string|null);

                /** NodeQuestion kind */
                kind?: (string|null);

                /** NodeQuestion body */
                body?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NodeQuestion. */
            type $Shape = skep.v1.NodeQuestion.$Properties;
        }

        /**
         * Properties of a HeartbeatRequest.
         * @deprecated Use skep.v1.HeartbeatRequest.$Properties instead.
         */
        interface IHeartbeatRequest extends skep.v1.HeartbeatRequest.$Properties {
        }

        /** Represents a HeartbeatRequest. */
        class HeartbeatRequest {

            /**
             * Constructs a new HeartbeatRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.HeartbeatRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeartbeatRequest sessionId. */
            sessionId: string;

            /**
             * Creates a new HeartbeatRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HeartbeatRequest instance
             */
            static create(properties: skep.v1.HeartbeatRequest.$Shape): skep.v1.HeartbeatRequest & skep.v1.HeartbeatRequest.$Shape;
            static create(properties?: skep.v1.HeartbeatRequest.$Properties): skep.v1.HeartbeatRequest;

            /**
             * Encodes the specified HeartbeatRequest message. Does not implicitly {@link skep.v1.HeartbeatRequest.verify|verify} messages.
             * @param message HeartbeatRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.HeartbeatRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeartbeatRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.HeartbeatRequest & skep.v1.HeartbeatRequest.$Shape} HeartbeatRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.HeartbeatRequest & skep.v1.HeartbeatRequest.$Shape;
        }

        namespace HeartbeatRequest {

            /** Properties of a HeartbeatRequest. */
            interface $Properties {

                /** HeartbeatRequest sessionId */
                sessionId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeartbeatRequest. */
            type $Shape = skep.v1.HeartbeatRequest.$Properties;
        }

        /**
         * Properties of a HeartbeatResponse.
         * @deprecated Use skep.v1.HeartbeatResponse.$Properties instead.
         */
        interface IHeartbeatResponse extends skep.v1.HeartbeatResponse.$Properties {
        }

        /** Represents a HeartbeatResponse. */
        class HeartbeatResponse {

            /**
             * Constructs a new HeartbeatResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.HeartbeatResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HeartbeatResponse periodMs. */
            periodMs: number;

            /**
             * Creates a new HeartbeatResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HeartbeatResponse instance
             */
            static create(properties: skep.v1.HeartbeatResponse.$Shape): skep.v1.HeartbeatResponse & skep.v1.HeartbeatResponse.$Shape;
            static create(properties?: skep.v1.HeartbeatResponse.$Properties): skep.v1.HeartbeatResponse;

            /**
             * Encodes the specified HeartbeatResponse message. Does not implicitly {@link skep.v1.HeartbeatResponse.verify|verify} messages.
             * @param message HeartbeatResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.HeartbeatResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HeartbeatResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.HeartbeatResponse & skep.v1.HeartbeatResponse.$Shape} HeartbeatResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.HeartbeatResponse & skep.v1.HeartbeatResponse.$Shape;
        }

        namespace HeartbeatResponse {

            /** Properties of a HeartbeatResponse. */
            interface $Properties {

                /** HeartbeatResponse periodMs */
                periodMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HeartbeatResponse. */
            type $Shape = skep.v1.HeartbeatResponse.$Properties;
        }

        /**
         * Properties of an AssignmentsRequest.
         * @deprecated Use skep.v1.AssignmentsRequest.$Properties instead.
         */
        interface IAssignmentsRequest extends skep.v1.AssignmentsRequest.$Properties {
        }

        /** Represents an AssignmentsRequest. */
        class AssignmentsRequest {

            /**
             * Constructs a new AssignmentsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AssignmentsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AssignmentsRequest sessionId. */
            sessionId: string;

            /**
             * Creates a new AssignmentsRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AssignmentsRequest instance
             */
            static create(properties: skep.v1.AssignmentsRequest.$Shape): skep.v1.AssignmentsRequest & skep.v1.AssignmentsRequest.$Shape;
            static create(properties?: skep.v1.AssignmentsRequest.$Properties): skep.v1.AssignmentsRequest;

            /**
             * Encodes the specified AssignmentsRequest message. Does not implicitly {@link skep.v1.AssignmentsRequest.verify|verify} messages.
             * @param message AssignmentsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AssignmentsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AssignmentsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AssignmentsRequest & skep.v1.AssignmentsRequest.$Shape} AssignmentsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AssignmentsRequest & skep.v1.AssignmentsRequest.$Shape;
        }

        namespace AssignmentsRequest {

            /** Properties of an AssignmentsRequest. */
            interface $Properties {

                /** AssignmentsRequest sessionId */
                sessionId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AssignmentsRequest. */
            type $Shape = skep.v1.AssignmentsRequest.$Properties;
        }

        /**
         * Properties of an Assignment.
         * @deprecated Use skep.v1.Assignment.$Properties instead.
         */
        interface IAssignment extends skep.v1.Assignment.$Properties {
        }

        /** Represents an Assignment. */
        class Assignment {

            /**
             * Constructs a new Assignment.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Assignment.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Assignment task. */
            task?: (skep.v1.Task.$Properties|null);

            /** Assignment secret. */
            secret?: (skep.v1.Secret.$Properties|null);

            /** Assignment config. */
            config?: (skep.v1.Config.$Properties|null);

            /** Assignment item. */
            item?: ("task"|"secret"|"config");

            /**
             * Creates a new Assignment instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Assignment instance
             */
            static create(properties: skep.v1.Assignment.$Shape): skep.v1.Assignment & skep.v1.Assignment.$Shape;
            static create(properties?: skep.v1.Assignment.$Properties): skep.v1.Assignment;

            /**
             * Encodes the specified Assignment message. Does not implicitly {@link skep.v1.Assignment.verify|verify} messages.
             * @param message Assignment message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Assignment.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an Assignment message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Assignment & skep.v1.Assignment.$Shape} Assignment
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Assignment & skep.v1.Assignment.$Shape;
        }

        namespace Assignment {

            /** Properties of an Assignment. */
            interface $Properties {

                /** Assignment task */
                task?: (skep.v1.Task.$Properties|null);

                /** Assignment secret */
                secret?: (skep.v1.Secret.$Properties|null);

                /** Assignment config */
                config?: (skep.v1.Config.$Properties|null);

                /** Assignment item */
                item?: ("task"|"secret"|"config");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of an Assignment. */
            type $Shape = {
              task?: skep.v1.Task.$Shape|null;
              secret?: skep.v1.Secret.$Shape|null;
              config?: skep.v1.Config.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ item?: undefined; task?: null; secret?: null; config?: null }|{ item?: "task"; task: skep.v1.Task.$Shape; secret?: null; config?: null }|{ item?: "secret"; task?: null; secret: skep.v1.Secret.$Shape; config?: null }|{ item?: "config"; task?: null; secret?: null; config: skep.v1.Config.$Shape })
            );
        }

        /**
         * Properties of an AssignmentChange.
         * @deprecated Use skep.v1.AssignmentChange.$Properties instead.
         */
        interface IAssignmentChange extends skep.v1.AssignmentChange.$Properties {
        }

        /** Represents an AssignmentChange. */
        class AssignmentChange {

            /**
             * Constructs a new AssignmentChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AssignmentChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AssignmentChange action. */
            action: string;

            /** AssignmentChange assignment. */
            assignment?: (skep.v1.Assignment.$Properties|null);

            /**
             * Creates a new AssignmentChange instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AssignmentChange instance
             */
            static create(properties: skep.v1.AssignmentChange.$Shape): skep.v1.AssignmentChange & skep.v1.AssignmentChange.$Shape;
            static create(properties?: skep.v1.AssignmentChange.$Properties): skep.v1.AssignmentChange;

            /**
             * Encodes the specified AssignmentChange message. Does not implicitly {@link skep.v1.AssignmentChange.verify|verify} messages.
             * @param message AssignmentChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AssignmentChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AssignmentChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AssignmentChange & skep.v1.AssignmentChange.$Shape} AssignmentChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AssignmentChange & skep.v1.AssignmentChange.$Shape;
        }

        namespace AssignmentChange {

            /** Properties of an AssignmentChange. */
            interface $Properties {

                /** AssignmentChange action */
                action?: (string|null);

                /** AssignmentChange assignment */
                assignment?: (skep.v1.Assignment.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AssignmentChange. */
            type $Shape = {
              action?: string|null;
              assignment?: skep.v1.Assignment.$Shape|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an AssignmentsMessage.
         * @deprecated Use skep.v1.AssignmentsMessage.$Properties instead.
         */
        interface IAssignmentsMessage extends skep.v1.AssignmentsMessage.$Properties {
        }

        /** Represents an AssignmentsMessage. */
        class AssignmentsMessage {

            /**
             * Constructs a new AssignmentsMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AssignmentsMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AssignmentsMessage type. */
            type: string;

            /** AssignmentsMessage appliesTo. */
            appliesTo: string;

            /** AssignmentsMessage resultsIn. */
            resultsIn: string;

            /** AssignmentsMessage changes. */
            changes: skep.v1.AssignmentChange.$Properties[];

            /** AssignmentsMessage more. */
            more: boolean;

            /**
             * Creates a new AssignmentsMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AssignmentsMessage instance
             */
            static create(properties: skep.v1.AssignmentsMessage.$Shape): skep.v1.AssignmentsMessage & skep.v1.AssignmentsMessage.$Shape;
            static create(properties?: skep.v1.AssignmentsMessage.$Properties): skep.v1.AssignmentsMessage;

            /**
             * Encodes the specified AssignmentsMessage message. Does not implicitly {@link skep.v1.AssignmentsMessage.verify|verify} messages.
             * @param message AssignmentsMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AssignmentsMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AssignmentsMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AssignmentsMessage & skep.v1.AssignmentsMessage.$Shape} AssignmentsMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AssignmentsMessage & skep.v1.AssignmentsMessage.$Shape;
        }

        namespace AssignmentsMessage {

            /** Properties of an AssignmentsMessage. */
            interface $Properties {

                /** AssignmentsMessage type */
                type?: (string|null);

                /** AssignmentsMessage appliesTo */
                appliesTo?: (string|null);

                /** AssignmentsMessage resultsIn */
                resultsIn?: (string|null);

                /** AssignmentsMessage changes */
                changes?: (skep.v1.AssignmentChange.$Properties[]|null);

                /** AssignmentsMessage more */
                more?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AssignmentsMessage. */
            type $Shape = {
              type?: string|null;
              appliesTo?: string|null;
              resultsIn?: string|null;
              changes?: skep.v1.AssignmentChange.$Shape[]|null;
              more?: boolean|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of a TaskStatusUpdate.
         * @deprecated Use skep.v1.TaskStatusUpdate.$Properties instead.
         */
        interface ITaskStatusUpdate extends skep.v1.TaskStatusUpdate.$Properties {
        }

        /** Represents a TaskStatusUpdate. */
        class TaskStatusUpdate {

            /**
             * Constructs a new TaskStatusUpdate.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.TaskStatusUpdate.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** TaskStatusUpdate taskId. */
            taskId: string;

            /** TaskStatusUpdate status. */
            status?: (skep.v1.TaskStatus.$Properties|null);

            /**
             * Creates a new TaskStatusUpdate instance using the specified properties.
             * @param [properties] Properties to set
             * @returns TaskStatusUpdate instance
             */
            static create(properties: skep.v1.TaskStatusUpdate.$Shape): skep.v1.TaskStatusUpdate & skep.v1.TaskStatusUpdate.$Shape;
            static create(properties?: skep.v1.TaskStatusUpdate.$Properties): skep.v1.TaskStatusUpdate;

            /**
             * Encodes the specified TaskStatusUpdate message. Does not implicitly {@link skep.v1.TaskStatusUpdate.verify|verify} messages.
             * @param message TaskStatusUpdate message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.TaskStatusUpdate.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a TaskStatusUpdate message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.TaskStatusUpdate & skep.v1.TaskStatusUpdate.$Shape} TaskStatusUpdate
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.TaskStatusUpdate & skep.v1.TaskStatusUpdate.$Shape;
        }

        namespace TaskStatusUpdate {

            /** Properties of a TaskStatusUpdate. */
            interface $Properties {

                /** TaskStatusUpdate taskId */
                taskId?: (string|null);

                /** TaskStatusUpdate status */
                status?: (skep.v1.TaskStatus.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a TaskStatusUpdate. */
            type $Shape = skep.v1.TaskStatusUpdate.$Properties;
        }

        /**
         * Properties of an UpdateTaskStatusRequest.
         * @deprecated Use skep.v1.UpdateTaskStatusRequest.$Properties instead.
         */
        interface IUpdateTaskStatusRequest extends skep.v1.UpdateTaskStatusRequest.$Properties {
        }

        /** Represents an UpdateTaskStatusRequest. */
        class UpdateTaskStatusRequest {

            /**
             * Constructs a new UpdateTaskStatusRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.UpdateTaskStatusRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** UpdateTaskStatusRequest sessionId. */
            sessionId: string;

            /** UpdateTaskStatusRequest updates. */
            updates: skep.v1.TaskStatusUpdate.$Properties[];

            /**
             * Creates a new UpdateTaskStatusRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns UpdateTaskStatusRequest instance
             */
            static create(properties: skep.v1.UpdateTaskStatusRequest.$Shape): skep.v1.UpdateTaskStatusRequest & skep.v1.UpdateTaskStatusRequest.$Shape;
            static create(properties?: skep.v1.UpdateTaskStatusRequest.$Properties): skep.v1.UpdateTaskStatusRequest;

            /**
             * Encodes the specified UpdateTaskStatusRequest message. Does not implicitly {@link skep.v1.UpdateTaskStatusRequest.verify|verify} messages.
             * @param message UpdateTaskStatusRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.UpdateTaskStatusRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an UpdateTaskStatusRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.UpdateTaskStatusRequest & skep.v1.UpdateTaskStatusRequest.$Shape} UpdateTaskStatusRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.UpdateTaskStatusRequest & skep.v1.UpdateTaskStatusRequest.$Shape;
        }

        namespace UpdateTaskStatusRequest {

            /** Properties of an UpdateTaskStatusRequest. */
            interface $Properties {

                /** UpdateTaskStatusRequest sessionId */
                sessionId?: (string|null);

                /** UpdateTaskStatusRequest updates */
                updates?: (skep.v1.TaskStatusUpdate.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an UpdateTaskStatusRequest. */
            type $Shape = skep.v1.UpdateTaskStatusRequest.$Properties;
        }

        /**
         * Properties of a NetworksRequest.
         * @deprecated Use skep.v1.NetworksRequest.$Properties instead.
         */
        interface INetworksRequest extends skep.v1.NetworksRequest.$Properties {
        }

        /** Represents a NetworksRequest. */
        class NetworksRequest {

            /**
             * Constructs a new NetworksRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworksRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworksRequest sessionId. */
            sessionId: string;

            /**
             * Creates a new NetworksRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworksRequest instance
             */
            static create(properties: skep.v1.NetworksRequest.$Shape): skep.v1.NetworksRequest & skep.v1.NetworksRequest.$Shape;
            static create(properties?: skep.v1.NetworksRequest.$Properties): skep.v1.NetworksRequest;

            /**
             * Encodes the specified NetworksRequest message. Does not implicitly {@link skep.v1.NetworksRequest.verify|verify} messages.
             * @param message NetworksRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworksRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworksRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworksRequest & skep.v1.NetworksRequest.$Shape} NetworksRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworksRequest & skep.v1.NetworksRequest.$Shape;
        }

        namespace NetworksRequest {

            /** Properties of a NetworksRequest. */
            interface $Properties {

                /** NetworksRequest sessionId */
                sessionId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworksRequest. */
            type $Shape = skep.v1.NetworksRequest.$Properties;
        }

        /**
         * Properties of a NetworkEndpoint.
         * @deprecated Use skep.v1.NetworkEndpoint.$Properties instead.
         */
        interface INetworkEndpoint extends skep.v1.NetworkEndpoint.$Properties {
        }

        /** Represents a NetworkEndpoint. */
        class NetworkEndpoint {

            /**
             * Constructs a new NetworkEndpoint.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkEndpoint.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkEndpoint networkId. */
            networkId: string;

            /** NetworkEndpoint taskId. */
            taskId: string;

            /** NetworkEndpoint taskName. */
            taskName: string;

            /** NetworkEndpoint serviceId. */
            serviceId: string;

            /** NetworkEndpoint nodeId. */
            nodeId: string;

            /** NetworkEndpoint nodeAddress. */
            nodeAddress: string;

            /** NetworkEndpoint addresses. */
            addresses: string[];

            /** NetworkEndpoint aliases. */
            aliases: string[];

            /** NetworkEndpoint serving. */
            serving: boolean;

            /**
             * Creates a new NetworkEndpoint instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkEndpoint instance
             */
            static create(properties: skep.v1.NetworkEndpoint.$Shape): skep.v1.NetworkEndpoint & skep.v1.NetworkEndpoint.$Shape;
            static create(properties?: skep.v1.NetworkEndpoint.$Properties): skep.v1.NetworkEndpoint;

            /**
             * Encodes the specified NetworkEndpoint message. Does not implicitly {@link skep.v1.NetworkEndpoint.verify|verify} messages.
             * @param message NetworkEndpoint message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkEndpoint.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkEndpoint message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkEndpoint & skep.v1.NetworkEndpoint.$Shape} NetworkEndpoint
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkEndpoint & skep.v1.NetworkEndpoint.$Shape;
        }

        namespace NetworkEndpoint {

            /** Properties of a NetworkEndpoint. */
            interface $Properties {

                /** NetworkEndpoint networkId */
                networkId?: (string|null);

                /** NetworkEndpoint taskId */
                taskId?: (string|null);

                /** NetworkEndpoint taskName */
                taskName?: (string|null);

                /** NetworkEndpoint serviceId */
                serviceId?: (string|null);

                /** NetworkEndpoint nodeId */
                nodeId?: (string|null);

                /** NetworkEndpoint nodeAddress */
                nodeAddress?: (string|null);

                /** NetworkEndpoint addresses */
                addresses?: (string[]|null);

                /** NetworkEndpoint aliases */
                aliases?: (string[]|null);

                /** NetworkEndpoint serving */
                serving?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworkEndpoint. */
            type $Shape = skep.v1.NetworkEndpoint.$Properties;
        }

        /**
         * Properties of a NetworkService.
         * @deprecated Use skep.v1.NetworkService.$Properties instead.
         */
        interface INetworkService extends skep.v1.NetworkService.$Properties {
        }

        /** Represents a NetworkService. */
        class NetworkService {

            /**
             * Constructs a new NetworkService.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkService.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkService networkId. */
            networkId: string;

            /** NetworkService serviceId. */
            serviceId: string;

            /** NetworkService name. */
            name: string;

            /** NetworkService mode. */
            mode: string;

            /** NetworkService virtualIp. */
            virtualIp: string;

            /** NetworkService aliases. */
            aliases: string[];

            /** NetworkService ports. */
            ports: skep.v1.PortConfig.$Properties[];

            /** NetworkService preferLocal. */
            preferLocal: boolean;

            /** NetworkService virtualIpv6. */
            virtualIpv6: string;

            /** NetworkService proxyProtocolPorts. */
            proxyProtocolPorts: number[];

            /**
             * Creates a new NetworkService instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkService instance
             */
            static create(properties: skep.v1.NetworkService.$Shape): skep.v1.NetworkService & skep.v1.NetworkService.$Shape;
            static create(properties?: skep.v1.NetworkService.$Properties): skep.v1.NetworkService;

            /**
             * Encodes the specified NetworkService message. Does not implicitly {@link skep.v1.NetworkService.verify|verify} messages.
             * @param message NetworkService message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkService.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkService message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkService & skep.v1.NetworkService.$Shape} NetworkService
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkService & skep.v1.NetworkService.$Shape;
        }

        namespace NetworkService {

            /** Properties of a NetworkService. */
            interface $Properties {

                /** NetworkService networkId */
                networkId?: (string|null);

                /** NetworkService serviceId */
                serviceId?: (string|null);

                /** NetworkService name */
                name?: (string|null);

                /** NetworkService mode */
                mode?: (string|null);

                /** NetworkService virtualIp */
                virtualIp?: (string|null);

                /** NetworkService aliases */
                aliases?: (string[]|null);

                /** NetworkService ports */
                ports?: (skep.v1.PortConfig.$Properties[]|null);

                /** NetworkService preferLocal */
                preferLocal?: (boolean|null);

                /** NetworkService virtualIpv6 */
                virtualIpv6?: (string|null);

                /** NetworkService proxyProtocolPorts */
                proxyProtocolPorts?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworkService. */
            type $Shape = skep.v1.NetworkService.$Properties;
        }

        /**
         * Properties of a NetworkPeer.
         * @deprecated Use skep.v1.NetworkPeer.$Properties instead.
         */
        interface INetworkPeer extends skep.v1.NetworkPeer.$Properties {
        }

        /** Represents a NetworkPeer. */
        class NetworkPeer {

            /**
             * Constructs a new NetworkPeer.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkPeer.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkPeer nodeId. */
            nodeId: string;

            /** NetworkPeer hostname. */
            hostname: string;

            /** NetworkPeer address. */
            address: string;

            /** NetworkPeer probePort. */
            probePort?: (number|null);

            /** NetworkPeer encryption. */
            encryption?: (skep.v1.NodeEncryption.$Properties|null);

            /**
             * Creates a new NetworkPeer instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkPeer instance
             */
            static create(properties: skep.v1.NetworkPeer.$Shape): skep.v1.NetworkPeer & skep.v1.NetworkPeer.$Shape;
            static create(properties?: skep.v1.NetworkPeer.$Properties): skep.v1.NetworkPeer;

            /**
             * Encodes the specified NetworkPeer message. Does not implicitly {@link skep.v1.NetworkPeer.verify|verify} messages.
             * @param message NetworkPeer message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkPeer.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkPeer message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkPeer & skep.v1.NetworkPeer.$Shape} NetworkPeer
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkPeer & skep.v1.NetworkPeer.$Shape;
        }

        namespace NetworkPeer {

            /** Properties of a NetworkPeer. */
            interface $Properties {

                /** NetworkPeer nodeId */
                nodeId?: (string|null);

                /** NetworkPeer hostname */
                hostname?: (string|null);

                /** NetworkPeer address */
                address?: (string|null);

                /** NetworkPeer probePort */
                probePort?: (number|null);

                /** NetworkPeer encryption */
                encryption?: (skep.v1.NodeEncryption.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworkPeer. */
            type $Shape = skep.v1.NetworkPeer.$Properties;
        }

        /**
         * Properties of a NetworkChange.
         * @deprecated Use skep.v1.NetworkChange.$Properties instead.
         */
        interface INetworkChange extends skep.v1.NetworkChange.$Properties {
        }

        /** Represents a NetworkChange. */
        class NetworkChange {

            /**
             * Constructs a new NetworkChange.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworkChange.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworkChange action. */
            action: string;

            /** NetworkChange network. */
            network?: (skep.v1.Network.$Properties|null);

            /** NetworkChange endpoint. */
            endpoint?: (skep.v1.NetworkEndpoint.$Properties|null);

            /** NetworkChange service. */
            service?: (skep.v1.NetworkService.$Properties|null);

            /** NetworkChange peer. */
            peer?: (skep.v1.NetworkPeer.$Properties|null);

            /** NetworkChange item. */
            item?: ("network"|"endpoint"|"service"|"peer");

            /**
             * Creates a new NetworkChange instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworkChange instance
             */
            static create(properties: skep.v1.NetworkChange.$Shape): skep.v1.NetworkChange & skep.v1.NetworkChange.$Shape;
            static create(properties?: skep.v1.NetworkChange.$Properties): skep.v1.NetworkChange;

            /**
             * Encodes the specified NetworkChange message. Does not implicitly {@link skep.v1.NetworkChange.verify|verify} messages.
             * @param message NetworkChange message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworkChange.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworkChange message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworkChange & skep.v1.NetworkChange.$Shape} NetworkChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworkChange & skep.v1.NetworkChange.$Shape;
        }

        namespace NetworkChange {

            /** Properties of a NetworkChange. */
            interface $Properties {

                /** NetworkChange action */
                action?: (string|null);

                /** NetworkChange network */
                network?: (skep.v1.Network.$Properties|null);

                /** NetworkChange endpoint */
                endpoint?: (skep.v1.NetworkEndpoint.$Properties|null);

                /** NetworkChange service */
                service?: (skep.v1.NetworkService.$Properties|null);

                /** NetworkChange peer */
                peer?: (skep.v1.NetworkPeer.$Properties|null);

                /** NetworkChange item */
                item?: ("network"|"endpoint"|"service"|"peer");

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Narrowed shape of a NetworkChange. */
            type $Shape = {
              action?: string|null;
              network?: skep.v1.Network.$Shape|null;
              endpoint?: skep.v1.NetworkEndpoint.$Shape|null;
              service?: skep.v1.NetworkService.$Shape|null;
              peer?: skep.v1.NetworkPeer.$Shape|null;
              $unknowns?: Uint8Array[];
            } & (
              ({ item?: undefined; network?: null; endpoint?: null; service?: null; peer?: null }|{ item?: "network"; network: skep.v1.Network.$Shape; endpoint?: null; service?: null; peer?: null }|{ item?: "endpoint"; network?: null; endpoint: skep.v1.NetworkEndpoint.$Shape; service?: null; peer?: null }|{ item?: "service"; network?: null; endpoint?: null; service: skep.v1.NetworkService.$Shape; peer?: null }|{ item?: "peer"; network?: null; endpoint?: null; service?: null; peer: skep.v1.NetworkPeer.$Shape })
            );
        }

        /**
         * Properties of a NetworksMessage.
         * @deprecated Use skep.v1.NetworksMessage.$Properties instead.
         */
        interface INetworksMessage extends skep.v1.NetworksMessage.$Properties {
        }

        /** Represents a NetworksMessage. */
        class NetworksMessage {

            /**
             * Constructs a new NetworksMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.NetworksMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** NetworksMessage type. */
            type: string;

            /** NetworksMessage appliesTo. */
            appliesTo: string;

            /** NetworksMessage resultsIn. */
            resultsIn: string;

            /** NetworksMessage changes. */
            changes: skep.v1.NetworkChange.$Properties[];

            /** NetworksMessage more. */
            more: boolean;

            /** NetworksMessage dataPathPort. */
            dataPathPort: number;

            /**
             * Creates a new NetworksMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns NetworksMessage instance
             */
            static create(properties: skep.v1.NetworksMessage.$Shape): skep.v1.NetworksMessage & skep.v1.NetworksMessage.$Shape;
            static create(properties?: skep.v1.NetworksMessage.$Properties): skep.v1.NetworksMessage;

            /**
             * Encodes the specified NetworksMessage message. Does not implicitly {@link skep.v1.NetworksMessage.verify|verify} messages.
             * @param message NetworksMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.NetworksMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a NetworksMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.NetworksMessage & skep.v1.NetworksMessage.$Shape} NetworksMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.NetworksMessage & skep.v1.NetworksMessage.$Shape;
        }

        namespace NetworksMessage {

            /** Properties of a NetworksMessage. */
            interface $Properties {

                /** NetworksMessage type */
                type?: (string|null);

                /** NetworksMessage appliesTo */
                appliesTo?: (string|null);

                /** NetworksMessage resultsIn */
                resultsIn?: (string|null);

                /** NetworksMessage changes */
                changes?: (skep.v1.NetworkChange.$Properties[]|null);

                /** NetworksMessage more */
                more?: (boolean|null);

                /** NetworksMessage dataPathPort */
                dataPathPort?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a NetworksMessage. */
            type $Shape = {
              type?: string|null;
              appliesTo?: string|null;
              resultsIn?: string|null;
              changes?: skep.v1.NetworkChange.$Shape[]|null;
              more?: boolean|null;
              dataPathPort?: number|null;
              $unknowns?: Uint8Array[];
            };
        }

        /**
         * Properties of an AcknowledgeNetworksRequest.
         * @deprecated Use skep.v1.AcknowledgeNetworksRequest.$Properties instead.
         */
        interface IAcknowledgeNetworksRequest extends skep.v1.AcknowledgeNetworksRequest.$Properties {
        }

        /** Represents an AcknowledgeNetworksRequest. */
        class AcknowledgeNetworksRequest {

            /**
             * Constructs a new AcknowledgeNetworksRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AcknowledgeNetworksRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AcknowledgeNetworksRequest sessionId. */
            sessionId: string;

            /** AcknowledgeNetworksRequest sequence. */
            sequence: string;

            /**
             * Creates a new AcknowledgeNetworksRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AcknowledgeNetworksRequest instance
             */
            static create(properties: skep.v1.AcknowledgeNetworksRequest.$Shape): skep.v1.AcknowledgeNetworksRequest & skep.v1.AcknowledgeNetworksRequest.$Shape;
            static create(properties?: skep.v1.AcknowledgeNetworksRequest.$Properties): skep.v1.AcknowledgeNetworksRequest;

            /**
             * Encodes the specified AcknowledgeNetworksRequest message. Does not implicitly {@link skep.v1.AcknowledgeNetworksRequest.verify|verify} messages.
             * @param message AcknowledgeNetworksRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AcknowledgeNetworksRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AcknowledgeNetworksRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AcknowledgeNetworksRequest & skep.v1.AcknowledgeNetworksRequest.$Shape} AcknowledgeNetworksRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AcknowledgeNetworksRequest & skep.v1.AcknowledgeNetworksRequest.$Shape;
        }

        namespace AcknowledgeNetworksRequest {

            /** Properties of an AcknowledgeNetworksRequest. */
            interface $Properties {

                /** AcknowledgeNetworksRequest sessionId */
                sessionId?: (string|null);

                /** AcknowledgeNetworksRequest sequence */
                sequence?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AcknowledgeNetworksRequest. */
            type $Shape = skep.v1.AcknowledgeNetworksRequest.$Properties;
        }

        /**
         * Properties of an AwaitDrainRequest.
         * @deprecated Use skep.v1.AwaitDrainRequest.$Properties instead.
         */
        interface IAwaitDrainRequest extends skep.v1.AwaitDrainRequest.$Properties {
        }

        /** Represents an AwaitDrainRequest. */
        class AwaitDrainRequest {

            /**
             * Constructs a new AwaitDrainRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AwaitDrainRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AwaitDrainRequest sessionId. */
            sessionId: string;

            /** AwaitDrainRequest taskId. */
            taskId: string;

            /**
             * Creates a new AwaitDrainRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AwaitDrainRequest instance
             */
            static create(properties: skep.v1.AwaitDrainRequest.$Shape): skep.v1.AwaitDrainRequest & skep.v1.AwaitDrainRequest.$Shape;
            static create(properties?: skep.v1.AwaitDrainRequest.$Properties): skep.v1.AwaitDrainRequest;

            /**
             * Encodes the specified AwaitDrainRequest message. Does not implicitly {@link skep.v1.AwaitDrainRequest.verify|verify} messages.
             * @param message AwaitDrainRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AwaitDrainRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AwaitDrainRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AwaitDrainRequest & skep.v1.AwaitDrainRequest.$Shape} AwaitDrainRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AwaitDrainRequest & skep.v1.AwaitDrainRequest.$Shape;
        }

        namespace AwaitDrainRequest {

            /** Properties of an AwaitDrainRequest. */
            interface $Properties {

                /** AwaitDrainRequest sessionId */
                sessionId?: (string|null);

                /** AwaitDrainRequest taskId */
                taskId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AwaitDrainRequest. */
            type $Shape = skep.v1.AwaitDrainRequest.$Properties;
        }

        /**
         * Properties of an AttachNetworkRequest.
         * @deprecated Use skep.v1.AttachNetworkRequest.$Properties instead.
         */
        interface IAttachNetworkRequest extends skep.v1.AttachNetworkRequest.$Properties {
        }

        /** Represents an AttachNetworkRequest. */
        class AttachNetworkRequest {

            /**
             * Constructs a new AttachNetworkRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AttachNetworkRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AttachNetworkRequest network. */
            network: string;

            /** AttachNetworkRequest containerId. */
            containerId: string;

            /** AttachNetworkRequest containerName. */
            containerName: string;

            /** AttachNetworkRequest aliases. */
            aliases: string[];

            /** AttachNetworkRequest addresses. */
            addresses: string[];

            /**
             * Creates a new AttachNetworkRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AttachNetworkRequest instance
             */
            static create(properties: skep.v1.AttachNetworkRequest.$Shape): skep.v1.AttachNetworkRequest & skep.v1.AttachNetworkRequest.$Shape;
            static create(properties?: skep.v1.AttachNetworkRequest.$Properties): skep.v1.AttachNetworkRequest;

            /**
             * Encodes the specified AttachNetworkRequest message. Does not implicitly {@link skep.v1.AttachNetworkRequest.verify|verify} messages.
             * @param message AttachNetworkRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AttachNetworkRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AttachNetworkRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AttachNetworkRequest & skep.v1.AttachNetworkRequest.$Shape} AttachNetworkRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AttachNetworkRequest & skep.v1.AttachNetworkRequest.$Shape;
        }

        namespace AttachNetworkRequest {

            /** Properties of an AttachNetworkRequest. */
            interface $Properties {

                /** AttachNetworkRequest network */
                network?: (string|null);

                /** AttachNetworkRequest containerId */
                containerId?: (string|null);

                /** AttachNetworkRequest containerName */
                containerName?: (string|null);

                /** AttachNetworkRequest aliases */
                aliases?: (string[]|null);

                /** AttachNetworkRequest addresses */
                addresses?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AttachNetworkRequest. */
            type $Shape = skep.v1.AttachNetworkRequest.$Properties;
        }

        /**
         * Properties of an AttachNetworkResponse.
         * @deprecated Use skep.v1.AttachNetworkResponse.$Properties instead.
         */
        interface IAttachNetworkResponse extends skep.v1.AttachNetworkResponse.$Properties {
        }

        /** Represents an AttachNetworkResponse. */
        class AttachNetworkResponse {

            /**
             * Constructs a new AttachNetworkResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AttachNetworkResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AttachNetworkResponse attachmentId. */
            attachmentId: string;

            /** AttachNetworkResponse networkId. */
            networkId: string;

            /**
             * Creates a new AttachNetworkResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AttachNetworkResponse instance
             */
            static create(properties: skep.v1.AttachNetworkResponse.$Shape): skep.v1.AttachNetworkResponse & skep.v1.AttachNetworkResponse.$Shape;
            static create(properties?: skep.v1.AttachNetworkResponse.$Properties): skep.v1.AttachNetworkResponse;

            /**
             * Encodes the specified AttachNetworkResponse message. Does not implicitly {@link skep.v1.AttachNetworkResponse.verify|verify} messages.
             * @param message AttachNetworkResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AttachNetworkResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AttachNetworkResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AttachNetworkResponse & skep.v1.AttachNetworkResponse.$Shape} AttachNetworkResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AttachNetworkResponse & skep.v1.AttachNetworkResponse.$Shape;
        }

        namespace AttachNetworkResponse {

            /** Properties of an AttachNetworkResponse. */
            interface $Properties {

                /** AttachNetworkResponse attachmentId */
                attachmentId?: (string|null);

                /** AttachNetworkResponse networkId */
                networkId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AttachNetworkResponse. */
            type $Shape = skep.v1.AttachNetworkResponse.$Properties;
        }

        /**
         * Properties of a DetachNetworkRequest.
         * @deprecated Use skep.v1.DetachNetworkRequest.$Properties instead.
         */
        interface IDetachNetworkRequest extends skep.v1.DetachNetworkRequest.$Properties {
        }

        /** Represents a DetachNetworkRequest. */
        class DetachNetworkRequest {

            /**
             * Constructs a new DetachNetworkRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.DetachNetworkRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** DetachNetworkRequest attachmentId. */
            attachmentId: string;

            /**
             * Creates a new DetachNetworkRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns DetachNetworkRequest instance
             */
            static create(properties: skep.v1.DetachNetworkRequest.$Shape): skep.v1.DetachNetworkRequest & skep.v1.DetachNetworkRequest.$Shape;
            static create(properties?: skep.v1.DetachNetworkRequest.$Properties): skep.v1.DetachNetworkRequest;

            /**
             * Encodes the specified DetachNetworkRequest message. Does not implicitly {@link skep.v1.DetachNetworkRequest.verify|verify} messages.
             * @param message DetachNetworkRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.DetachNetworkRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a DetachNetworkRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.DetachNetworkRequest & skep.v1.DetachNetworkRequest.$Shape} DetachNetworkRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.DetachNetworkRequest & skep.v1.DetachNetworkRequest.$Shape;
        }

        namespace DetachNetworkRequest {

            /** Properties of a DetachNetworkRequest. */
            interface $Properties {

                /** DetachNetworkRequest attachmentId */
                attachmentId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a DetachNetworkRequest. */
            type $Shape = skep.v1.DetachNetworkRequest.$Properties;
        }

        /**
         * Properties of a RenameAttachmentRequest.
         * @deprecated Use skep.v1.RenameAttachmentRequest.$Properties instead.
         */
        interface IRenameAttachmentRequest extends skep.v1.RenameAttachmentRequest.$Properties {
        }

        /** Represents a RenameAttachmentRequest. */
        class RenameAttachmentRequest {

            /**
             * Constructs a new RenameAttachmentRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RenameAttachmentRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RenameAttachmentRequest attachmentId. */
            attachmentId: string;

            /** RenameAttachmentRequest containerName. */
            containerName: string;

            /**
             * Creates a new RenameAttachmentRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RenameAttachmentRequest instance
             */
            static create(properties: skep.v1.RenameAttachmentRequest.$Shape): skep.v1.RenameAttachmentRequest & skep.v1.RenameAttachmentRequest.$Shape;
            static create(properties?: skep.v1.RenameAttachmentRequest.$Properties): skep.v1.RenameAttachmentRequest;

            /**
             * Encodes the specified RenameAttachmentRequest message. Does not implicitly {@link skep.v1.RenameAttachmentRequest.verify|verify} messages.
             * @param message RenameAttachmentRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RenameAttachmentRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RenameAttachmentRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RenameAttachmentRequest & skep.v1.RenameAttachmentRequest.$Shape} RenameAttachmentRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RenameAttachmentRequest & skep.v1.RenameAttachmentRequest.$Shape;
        }

        namespace RenameAttachmentRequest {

            /** Properties of a RenameAttachmentRequest. */
            interface $Properties {

                /** RenameAttachmentRequest attachmentId */
                attachmentId?: (string|null);

                /** RenameAttachmentRequest containerName */
                containerName?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RenameAttachmentRequest. */
            type $Shape = skep.v1.RenameAttachmentRequest.$Properties;
        }

        /**
         * Properties of a FindNetworkRequest.
         * @deprecated Use skep.v1.FindNetworkRequest.$Properties instead.
         */
        interface IFindNetworkRequest extends skep.v1.FindNetworkRequest.$Properties {
        }

        /** Represents a FindNetworkRequest. */
        class FindNetworkRequest {

            /**
             * Constructs a new FindNetworkRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.FindNetworkRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** FindNetworkRequest network. */
            network: string;

            /**
             * Creates a new FindNetworkRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns FindNetworkRequest instance
             */
            static create(properties: skep.v1.FindNetworkRequest.$Shape): skep.v1.FindNetworkRequest & skep.v1.FindNetworkRequest.$Shape;
            static create(properties?: skep.v1.FindNetworkRequest.$Properties): skep.v1.FindNetworkRequest;

            /**
             * Encodes the specified FindNetworkRequest message. Does not implicitly {@link skep.v1.FindNetworkRequest.verify|verify} messages.
             * @param message FindNetworkRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.FindNetworkRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a FindNetworkRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.FindNetworkRequest & skep.v1.FindNetworkRequest.$Shape} FindNetworkRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.FindNetworkRequest & skep.v1.FindNetworkRequest.$Shape;
        }

        namespace FindNetworkRequest {

            /** Properties of a FindNetworkRequest. */
            interface $Properties {

                /** FindNetworkRequest network */
                network?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a FindNetworkRequest. */
            type $Shape = skep.v1.FindNetworkRequest.$Properties;
        }

        /**
         * Properties of a ReportDataPathRequest.
         * @deprecated Use skep.v1.ReportDataPathRequest.$Properties instead.
         */
        interface IReportDataPathRequest extends skep.v1.ReportDataPathRequest.$Properties {
        }

        /** Represents a ReportDataPathRequest. */
        class ReportDataPathRequest {

            /**
             * Constructs a new ReportDataPathRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ReportDataPathRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ReportDataPathRequest sessionId. */
            sessionId: string;

            /** ReportDataPathRequest problem. */
            problem: string;

            /** ReportDataPathRequest silent. */
            silent: string[];

            /** ReportDataPathRequest answering. */
            answering: number;

            /**
             * Creates a new ReportDataPathRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ReportDataPathRequest instance
             */
            static create(properties: skep.v1.ReportDataPathRequest.$Shape): skep.v1.ReportDataPathRequest & skep.v1.ReportDataPathRequest.$Shape;
            static create(properties?: skep.v1.ReportDataPathRequest.$Properties): skep.v1.ReportDataPathRequest;

            /**
             * Encodes the specified ReportDataPathRequest message. Does not implicitly {@link skep.v1.ReportDataPathRequest.verify|verify} messages.
             * @param message ReportDataPathRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ReportDataPathRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ReportDataPathRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ReportDataPathRequest & skep.v1.ReportDataPathRequest.$Shape} ReportDataPathRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ReportDataPathRequest & skep.v1.ReportDataPathRequest.$Shape;
        }

        namespace ReportDataPathRequest {

            /** Properties of a ReportDataPathRequest. */
            interface $Properties {

                /** ReportDataPathRequest sessionId */
                sessionId?: (string|null);

                /** ReportDataPathRequest problem */
                problem?: (string|null);

                /** ReportDataPathRequest silent */
                silent?: (string[]|null);

                /** ReportDataPathRequest answering */
                answering?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ReportDataPathRequest. */
            type $Shape = skep.v1.ReportDataPathRequest.$Properties;
        }

        /**
         * Properties of an AnswerQuestionRequest.
         * @deprecated Use skep.v1.AnswerQuestionRequest.$Properties instead.
         */
        interface IAnswerQuestionRequest extends skep.v1.AnswerQuestionRequest.$Properties {
        }

        /** Represents an AnswerQuestionRequest. */
        class AnswerQuestionRequest {

            /**
             * Constructs a new AnswerQuestionRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.AnswerQuestionRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** AnswerQuestionRequest sessionId. */
            sessionId: string;

            /** AnswerQuestionRequest id. */
            id: string;

            /** AnswerQuestionRequest body. */
            body: Uint8Array;

            /** AnswerQuestionRequest errorKind. */
            errorKind: string;

            /** AnswerQuestionRequest error. */
            error: string;

            /**
             * Creates a new AnswerQuestionRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns AnswerQuestionRequest instance
             */
            static create(properties: skep.v1.AnswerQuestionRequest.$Shape): skep.v1.AnswerQuestionRequest & skep.v1.AnswerQuestionRequest.$Shape;
            static create(properties?: skep.v1.AnswerQuestionRequest.$Properties): skep.v1.AnswerQuestionRequest;

            /**
             * Encodes the specified AnswerQuestionRequest message. Does not implicitly {@link skep.v1.AnswerQuestionRequest.verify|verify} messages.
             * @param message AnswerQuestionRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.AnswerQuestionRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes an AnswerQuestionRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.AnswerQuestionRequest & skep.v1.AnswerQuestionRequest.$Shape} AnswerQuestionRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.AnswerQuestionRequest & skep.v1.AnswerQuestionRequest.$Shape;
        }

        namespace AnswerQuestionRequest {

            /** Properties of an AnswerQuestionRequest. */
            interface $Properties {

                /** AnswerQuestionRequest sessionId */
                sessionId?: (string|null);

                /** AnswerQuestionRequest id */
                id?: (string|null);

                /** AnswerQuestionRequest body */
                body?: (Uint8Array|null);

                /** AnswerQuestionRequest errorKind */
                errorKind?: (string|null);

                /** AnswerQuestionRequest error */
                error?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of an AnswerQuestionRequest. */
            type $Shape = skep.v1.AnswerQuestionRequest.$Properties;
        }

        /**
         * Properties of a HealthCheckRequest.
         * @deprecated Use skep.v1.HealthCheckRequest.$Properties instead.
         */
        interface IHealthCheckRequest extends skep.v1.HealthCheckRequest.$Properties {
        }

        /** Represents a HealthCheckRequest. */
        class HealthCheckRequest {

            /**
             * Constructs a new HealthCheckRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.HealthCheckRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HealthCheckRequest service. */
            service: string;

            /**
             * Creates a new HealthCheckRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HealthCheckRequest instance
             */
            static create(properties: skep.v1.HealthCheckRequest.$Shape): skep.v1.HealthCheckRequest & skep.v1.HealthCheckRequest.$Shape;
            static create(properties?: skep.v1.HealthCheckRequest.$Properties): skep.v1.HealthCheckRequest;

            /**
             * Encodes the specified HealthCheckRequest message. Does not implicitly {@link skep.v1.HealthCheckRequest.verify|verify} messages.
             * @param message HealthCheckRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.HealthCheckRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HealthCheckRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.HealthCheckRequest & skep.v1.HealthCheckRequest.$Shape} HealthCheckRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.HealthCheckRequest & skep.v1.HealthCheckRequest.$Shape;
        }

        namespace HealthCheckRequest {

            /** Properties of a HealthCheckRequest. */
            interface $Properties {

                /** HealthCheckRequest service */
                service?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HealthCheckRequest. */
            type $Shape = skep.v1.HealthCheckRequest.$Properties;
        }

        /**
         * Properties of a HealthCheckResponse.
         * @deprecated Use skep.v1.HealthCheckResponse.$Properties instead.
         */
        interface IHealthCheckResponse extends skep.v1.HealthCheckResponse.$Properties {
        }

        /** Represents a HealthCheckResponse. */
        class HealthCheckResponse {

            /**
             * Constructs a new HealthCheckResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.HealthCheckResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** HealthCheckResponse status. */
            status: string;

            /**
             * Creates a new HealthCheckResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns HealthCheckResponse instance
             */
            static create(properties: skep.v1.HealthCheckResponse.$Shape): skep.v1.HealthCheckResponse & skep.v1.HealthCheckResponse.$Shape;
            static create(properties?: skep.v1.HealthCheckResponse.$Properties): skep.v1.HealthCheckResponse;

            /**
             * Encodes the specified HealthCheckResponse message. Does not implicitly {@link skep.v1.HealthCheckResponse.verify|verify} messages.
             * @param message HealthCheckResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.HealthCheckResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a HealthCheckResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.HealthCheckResponse & skep.v1.HealthCheckResponse.$Shape} HealthCheckResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.HealthCheckResponse & skep.v1.HealthCheckResponse.$Shape;
        }

        namespace HealthCheckResponse {

            /** Properties of a HealthCheckResponse. */
            interface $Properties {

                /** HealthCheckResponse status */
                status?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a HealthCheckResponse. */
            type $Shape = skep.v1.HealthCheckResponse.$Properties;
        }

        /**
         * Properties of a LogSelector.
         * @deprecated Use skep.v1.LogSelector.$Properties instead.
         */
        interface ILogSelector extends skep.v1.LogSelector.$Properties {
        }

        /** Represents a LogSelector. */
        class LogSelector {

            /**
             * Constructs a new LogSelector.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.LogSelector.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogSelector serviceIds. */
            serviceIds: string[];

            /** LogSelector taskIds. */
            taskIds: string[];

            /** LogSelector nodeIds. */
            nodeIds: string[];

            /**
             * Creates a new LogSelector instance using the specified properties.
             * @param [properties] Properties to set
             * @returns LogSelector instance
             */
            static create(properties: skep.v1.LogSelector.$Shape): skep.v1.LogSelector & skep.v1.LogSelector.$Shape;
            static create(properties?: skep.v1.LogSelector.$Properties): skep.v1.LogSelector;

            /**
             * Encodes the specified LogSelector message. Does not implicitly {@link skep.v1.LogSelector.verify|verify} messages.
             * @param message LogSelector message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.LogSelector.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogSelector message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.LogSelector & skep.v1.LogSelector.$Shape} LogSelector
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.LogSelector & skep.v1.LogSelector.$Shape;
        }

        namespace LogSelector {

            /** Properties of a LogSelector. */
            interface $Properties {

                /** LogSelector serviceIds */
                serviceIds?: (string[]|null);

                /** LogSelector taskIds */
                taskIds?: (string[]|null);

                /** LogSelector nodeIds */
                nodeIds?: (string[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogSelector. */
            type $Shape = skep.v1.LogSelector.$Properties;
        }

        /**
         * Properties of a LogOptions.
         * @deprecated Use skep.v1.LogOptions.$Properties instead.
         */
        interface ILogOptions extends skep.v1.LogOptions.$Properties {
        }

        /** Represents a LogOptions. */
        class LogOptions {

            /**
             * Constructs a new LogOptions.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.LogOptions.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogOptions stdout. */
            stdout: boolean;

            /** LogOptions stderr. */
            stderr: boolean;

            /** LogOptions follow. */
            follow: boolean;

            /** LogOptions tail. */
            tail: number;

            /** LogOptions sinceMs. */
            sinceMs?: (number|null);

            /**
             * Creates a new LogOptions instance using the specified properties.
             * @param [properties] Properties to set
             * @returns LogOptions instance
             */
            static create(properties: skep.v1.LogOptions.$Shape): skep.v1.LogOptions & skep.v1.LogOptions.$Shape;
            static create(properties?: skep.v1.LogOptions.$Properties): skep.v1.LogOptions;

            /**
             * Encodes the specified LogOptions message. Does not implicitly {@link skep.v1.LogOptions.verify|verify} messages.
             * @param message LogOptions message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.LogOptions.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogOptions message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.LogOptions & skep.v1.LogOptions.$Shape} LogOptions
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.LogOptions & skep.v1.LogOptions.$Shape;
        }

        namespace LogOptions {

            /** Properties of a LogOptions. */
            interface $Properties {

                /** LogOptions stdout */
                stdout?: (boolean|null);

                /** LogOptions stderr */
                stderr?: (boolean|null);

                /** LogOptions follow */
                follow?: (boolean|null);

                /** LogOptions tail */
                tail?: (number|null);

                /** LogOptions sinceMs */
                sinceMs?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogOptions. */
            type $Shape = skep.v1.LogOptions.$Properties;
        }

        /**
         * Properties of a LogMessage.
         * @deprecated Use skep.v1.LogMessage.$Properties instead.
         */
        interface ILogMessage extends skep.v1.LogMessage.$Properties {
        }

        /** Represents a LogMessage. */
        class LogMessage {

            /**
             * Constructs a new LogMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.LogMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogMessage serviceId. */
            serviceId: string;

            /** LogMessage taskId. */
            taskId: string;

            /** LogMessage nodeId. */
            nodeId: string;

            /** LogMessage timestampMs. */
            timestampMs: number;

            /** LogMessage timestamp. */
            timestamp: string;

            /** LogMessage stream. */
            stream: string;

            /** LogMessage data. */
            data: Uint8Array;

            /**
             * Creates a new LogMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns LogMessage instance
             */
            static create(properties: skep.v1.LogMessage.$Shape): skep.v1.LogMessage & skep.v1.LogMessage.$Shape;
            static create(properties?: skep.v1.LogMessage.$Properties): skep.v1.LogMessage;

            /**
             * Encodes the specified LogMessage message. Does not implicitly {@link skep.v1.LogMessage.verify|verify} messages.
             * @param message LogMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.LogMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.LogMessage & skep.v1.LogMessage.$Shape} LogMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.LogMessage & skep.v1.LogMessage.$Shape;
        }

        namespace LogMessage {

            /** Properties of a LogMessage. */
            interface $Properties {

                /** LogMessage serviceId */
                serviceId?: (string|null);

                /** LogMessage taskId */
                taskId?: (string|null);

                /** LogMessage nodeId */
                nodeId?: (string|null);

                /** LogMessage timestampMs */
                timestampMs?: (number|null);

                /** LogMessage timestamp */
                timestamp?: (string|null);

                /** LogMessage stream */
                stream?: (string|null);

                /** LogMessage data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogMessage. */
            type $Shape = skep.v1.LogMessage.$Properties;
        }

        /**
         * Properties of a SubscribeLogsRequest.
         * @deprecated Use skep.v1.SubscribeLogsRequest.$Properties instead.
         */
        interface ISubscribeLogsRequest extends skep.v1.SubscribeLogsRequest.$Properties {
        }

        /** Represents a SubscribeLogsRequest. */
        class SubscribeLogsRequest {

            /**
             * Constructs a new SubscribeLogsRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SubscribeLogsRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscribeLogsRequest selector. */
            selector?: (skep.v1.LogSelector.$Properties|null);

            /** SubscribeLogsRequest options. */
            options?: (skep.v1.LogOptions.$Properties|null);

            /**
             * Creates a new SubscribeLogsRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SubscribeLogsRequest instance
             */
            static create(properties: skep.v1.SubscribeLogsRequest.$Shape): skep.v1.SubscribeLogsRequest & skep.v1.SubscribeLogsRequest.$Shape;
            static create(properties?: skep.v1.SubscribeLogsRequest.$Properties): skep.v1.SubscribeLogsRequest;

            /**
             * Encodes the specified SubscribeLogsRequest message. Does not implicitly {@link skep.v1.SubscribeLogsRequest.verify|verify} messages.
             * @param message SubscribeLogsRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SubscribeLogsRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscribeLogsRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SubscribeLogsRequest & skep.v1.SubscribeLogsRequest.$Shape} SubscribeLogsRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SubscribeLogsRequest & skep.v1.SubscribeLogsRequest.$Shape;
        }

        namespace SubscribeLogsRequest {

            /** Properties of a SubscribeLogsRequest. */
            interface $Properties {

                /** SubscribeLogsRequest selector */
                selector?: (skep.v1.LogSelector.$Properties|null);

                /** SubscribeLogsRequest options */
                options?: (skep.v1.LogOptions.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscribeLogsRequest. */
            type $Shape = skep.v1.SubscribeLogsRequest.$Properties;
        }

        /**
         * Properties of a LogBatch.
         * @deprecated Use skep.v1.LogBatch.$Properties instead.
         */
        interface ILogBatch extends skep.v1.LogBatch.$Properties {
        }

        /** Represents a LogBatch. */
        class LogBatch {

            /**
             * Constructs a new LogBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.LogBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** LogBatch messages. */
            messages: skep.v1.LogMessage.$Properties[];

            /**
             * Creates a new LogBatch instance using the specified properties.
             * @param [properties] Properties to set
             * @returns LogBatch instance
             */
            static create(properties: skep.v1.LogBatch.$Shape): skep.v1.LogBatch & skep.v1.LogBatch.$Shape;
            static create(properties?: skep.v1.LogBatch.$Properties): skep.v1.LogBatch;

            /**
             * Encodes the specified LogBatch message. Does not implicitly {@link skep.v1.LogBatch.verify|verify} messages.
             * @param message LogBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.LogBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a LogBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.LogBatch & skep.v1.LogBatch.$Shape} LogBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.LogBatch & skep.v1.LogBatch.$Shape;
        }

        namespace LogBatch {

            /** Properties of a LogBatch. */
            interface $Properties {

                /** LogBatch messages */
                messages?: (skep.v1.LogMessage.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a LogBatch. */
            type $Shape = skep.v1.LogBatch.$Properties;
        }

        /**
         * Properties of a SubscriptionMessage.
         * @deprecated Use skep.v1.SubscriptionMessage.$Properties instead.
         */
        interface ISubscriptionMessage extends skep.v1.SubscriptionMessage.$Properties {
        }

        /** Represents a SubscriptionMessage. */
        class SubscriptionMessage {

            /**
             * Constructs a new SubscriptionMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.SubscriptionMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** SubscriptionMessage id. */
            id: string;

            /** SubscriptionMessage selector. */
            selector?: (skep.v1.LogSelector.$Properties|null);

            /** SubscriptionMessage options. */
            options?: (skep.v1.LogOptions.$Properties|null);

            /** SubscriptionMessage close. */
            close: boolean;

            /**
             * Creates a new SubscriptionMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns SubscriptionMessage instance
             */
            static create(properties: skep.v1.SubscriptionMessage.$Shape): skep.v1.SubscriptionMessage & skep.v1.SubscriptionMessage.$Shape;
            static create(properties?: skep.v1.SubscriptionMessage.$Properties): skep.v1.SubscriptionMessage;

            /**
             * Encodes the specified SubscriptionMessage message. Does not implicitly {@link skep.v1.SubscriptionMessage.verify|verify} messages.
             * @param message SubscriptionMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.SubscriptionMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a SubscriptionMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.SubscriptionMessage & skep.v1.SubscriptionMessage.$Shape} SubscriptionMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.SubscriptionMessage & skep.v1.SubscriptionMessage.$Shape;
        }

        namespace SubscriptionMessage {

            /** Properties of a SubscriptionMessage. */
            interface $Properties {

                /** SubscriptionMessage id */
                id?: (string|null);

                /** SubscriptionMessage selector */
                selector?: (skep.v1.LogSelector.$Properties|null);

                /** SubscriptionMessage options */
                options?: (skep.v1.LogOptions.$Properties|null);

                /** SubscriptionMessage close */
                close?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a SubscriptionMessage. */
            type $Shape = skep.v1.SubscriptionMessage.$Properties;
        }

        /**
         * Properties of a PublishLogsMessage.
         * @deprecated Use skep.v1.PublishLogsMessage.$Properties instead.
         */
        interface IPublishLogsMessage extends skep.v1.PublishLogsMessage.$Properties {
        }

        /** Represents a PublishLogsMessage. */
        class PublishLogsMessage {

            /**
             * Constructs a new PublishLogsMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.PublishLogsMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** PublishLogsMessage subscriptionId. */
            subscriptionId: string;

            /** PublishLogsMessage messages. */
            messages: skep.v1.LogMessage.$Properties[];

            /** PublishLogsMessage close. */
            close: boolean;

            /**
             * Creates a new PublishLogsMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns PublishLogsMessage instance
             */
            static create(properties: skep.v1.PublishLogsMessage.$Shape): skep.v1.PublishLogsMessage & skep.v1.PublishLogsMessage.$Shape;
            static create(properties?: skep.v1.PublishLogsMessage.$Properties): skep.v1.PublishLogsMessage;

            /**
             * Encodes the specified PublishLogsMessage message. Does not implicitly {@link skep.v1.PublishLogsMessage.verify|verify} messages.
             * @param message PublishLogsMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.PublishLogsMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a PublishLogsMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.PublishLogsMessage & skep.v1.PublishLogsMessage.$Shape} PublishLogsMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.PublishLogsMessage & skep.v1.PublishLogsMessage.$Shape;
        }

        namespace PublishLogsMessage {

            /** Properties of a PublishLogsMessage. */
            interface $Properties {

                /** PublishLogsMessage subscriptionId */
                subscriptionId?: (string|null);

                /** PublishLogsMessage messages */
                messages?: (skep.v1.LogMessage.$Properties[]|null);

                /** PublishLogsMessage close */
                close?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a PublishLogsMessage. */
            type $Shape = skep.v1.PublishLogsMessage.$Properties;
        }

        /**
         * Properties of a RaftEntry.
         * @deprecated Use skep.v1.RaftEntry.$Properties instead.
         */
        interface IRaftEntry extends skep.v1.RaftEntry.$Properties {
        }

        /** Represents a RaftEntry. */
        class RaftEntry {

            /**
             * Constructs a new RaftEntry.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftEntry.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftEntry term. */
            term: number;

            /** RaftEntry index. */
            index: number;

            /** RaftEntry kind. */
            kind: number;

            /** RaftEntry data. */
            data: Uint8Array;

            /**
             * Creates a new RaftEntry instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftEntry instance
             */
            static create(properties: skep.v1.RaftEntry.$Shape): skep.v1.RaftEntry & skep.v1.RaftEntry.$Shape;
            static create(properties?: skep.v1.RaftEntry.$Properties): skep.v1.RaftEntry;

            /**
             * Encodes the specified RaftEntry message. Does not implicitly {@link skep.v1.RaftEntry.verify|verify} messages.
             * @param message RaftEntry message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftEntry.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftEntry message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftEntry & skep.v1.RaftEntry.$Shape} RaftEntry
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftEntry & skep.v1.RaftEntry.$Shape;
        }

        namespace RaftEntry {

            /** Properties of a RaftEntry. */
            interface $Properties {

                /** RaftEntry term */
                term?: (number|null);

                /** RaftEntry index */
                index?: (number|null);

                /** RaftEntry kind */
                kind?: (number|null);

                /** RaftEntry data */
                data?: (Uint8Array|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftEntry. */
            type $Shape = skep.v1.RaftEntry.$Properties;
        }

        /**
         * Properties of a RaftSnapshotMeta.
         * @deprecated Use skep.v1.RaftSnapshotMeta.$Properties instead.
         */
        interface IRaftSnapshotMeta extends skep.v1.RaftSnapshotMeta.$Properties {
        }

        /** Represents a RaftSnapshotMeta. */
        class RaftSnapshotMeta {

            /**
             * Constructs a new RaftSnapshotMeta.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftSnapshotMeta.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftSnapshotMeta index. */
            index: number;

            /** RaftSnapshotMeta term. */
            term: number;

            /** RaftSnapshotMeta voters. */
            voters: number[];

            /** RaftSnapshotMeta learners. */
            learners: number[];

            /**
             * Creates a new RaftSnapshotMeta instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftSnapshotMeta instance
             */
            static create(properties: skep.v1.RaftSnapshotMeta.$Shape): skep.v1.RaftSnapshotMeta & skep.v1.RaftSnapshotMeta.$Shape;
            static create(properties?: skep.v1.RaftSnapshotMeta.$Properties): skep.v1.RaftSnapshotMeta;

            /**
             * Encodes the specified RaftSnapshotMeta message. Does not implicitly {@link skep.v1.RaftSnapshotMeta.verify|verify} messages.
             * @param message RaftSnapshotMeta message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftSnapshotMeta.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftSnapshotMeta message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftSnapshotMeta & skep.v1.RaftSnapshotMeta.$Shape} RaftSnapshotMeta
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftSnapshotMeta & skep.v1.RaftSnapshotMeta.$Shape;
        }

        namespace RaftSnapshotMeta {

            /** Properties of a RaftSnapshotMeta. */
            interface $Properties {

                /** RaftSnapshotMeta index */
                index?: (number|null);

                /** RaftSnapshotMeta term */
                term?: (number|null);

                /** RaftSnapshotMeta voters */
                voters?: (number[]|null);

                /** RaftSnapshotMeta learners */
                learners?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftSnapshotMeta. */
            type $Shape = skep.v1.RaftSnapshotMeta.$Properties;
        }

        /**
         * Properties of a RaftMessage.
         * @deprecated Use skep.v1.RaftMessage.$Properties instead.
         */
        interface IRaftMessage extends skep.v1.RaftMessage.$Properties {
        }

        /** Represents a RaftMessage. */
        class RaftMessage {

            /**
             * Constructs a new RaftMessage.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftMessage.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftMessage kind. */
            kind: string;

            /** RaftMessage from. */
            from: number;

            /** RaftMessage to. */
            to: number;

            /** RaftMessage term. */
            term: number;

            /** RaftMessage index. */
            index: number;

            /** RaftMessage logTerm. */
            logTerm: number;

            /** RaftMessage commit. */
            commit: number;

            /** RaftMessage reject. */
            reject: boolean;

            /** RaftMessage force. */
            force: boolean;

            /** RaftMessage hintIndex. */
            hintIndex: number;

            /** RaftMessage hintTerm. */
            hintTerm: number;

            /** RaftMessage context. */
            context: number;

            /** RaftMessage entries. */
            entries: skep.v1.RaftEntry.$Properties[];

            /** RaftMessage snapshot. */
            snapshot?: (skep.v1.RaftSnapshotMeta.$Properties|null);

            /**
             * Creates a new RaftMessage instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftMessage instance
             */
            static create(properties: skep.v1.RaftMessage.$Shape): skep.v1.RaftMessage & skep.v1.RaftMessage.$Shape;
            static create(properties?: skep.v1.RaftMessage.$Properties): skep.v1.RaftMessage;

            /**
             * Encodes the specified RaftMessage message. Does not implicitly {@link skep.v1.RaftMessage.verify|verify} messages.
             * @param message RaftMessage message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftMessage.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftMessage message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftMessage & skep.v1.RaftMessage.$Shape} RaftMessage
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftMessage & skep.v1.RaftMessage.$Shape;
        }

        namespace RaftMessage {

            /** Properties of a RaftMessage. */
            interface $Properties {

                /** RaftMessage kind */
                kind?: (string|null);

                /** RaftMessage from */
                from?: (number|null);

                /** RaftMessage to */
                to?: (number|null);

                /** RaftMessage term */
                term?: (number|null);

                /** RaftMessage index */
                index?: (number|null);

                /** RaftMessage logTerm */
                logTerm?: (number|null);

                /** RaftMessage commit */
                commit?: (number|null);

                /** RaftMessage reject */
                reject?: (boolean|null);

                /** RaftMessage force */
                force?: (boolean|null);

                /** RaftMessage hintIndex */
                hintIndex?: (number|null);

                /** RaftMessage hintTerm */
                hintTerm?: (number|null);

                /** RaftMessage context */
                context?: (number|null);

                /** RaftMessage entries */
                entries?: (skep.v1.RaftEntry.$Properties[]|null);

                /** RaftMessage snapshot */
                snapshot?: (skep.v1.RaftSnapshotMeta.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftMessage. */
            type $Shape = skep.v1.RaftMessage.$Properties;
        }

        /**
         * Properties of a RaftMember.
         * @deprecated Use skep.v1.RaftMember.$Properties instead.
         */
        interface IRaftMember extends skep.v1.RaftMember.$Properties {
        }

        /** Represents a RaftMember. */
        class RaftMember {

            /**
             * Constructs a new RaftMember.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftMember.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftMember raftId. */
            raftId: number;

            /** RaftMember nodeId. */
            nodeId: string;

            /** RaftMember address. */
            address: string;

            /**
             * Creates a new RaftMember instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftMember instance
             */
            static create(properties: skep.v1.RaftMember.$Shape): skep.v1.RaftMember & skep.v1.RaftMember.$Shape;
            static create(properties?: skep.v1.RaftMember.$Properties): skep.v1.RaftMember;

            /**
             * Encodes the specified RaftMember message. Does not implicitly {@link skep.v1.RaftMember.verify|verify} messages.
             * @param message RaftMember message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftMember.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftMember message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftMember & skep.v1.RaftMember.$Shape} RaftMember
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftMember & skep.v1.RaftMember.$Shape;
        }

        namespace RaftMember {

            /** Properties of a RaftMember. */
            interface $Properties {

                /** RaftMember raftId */
                raftId?: (number|null);

                /** RaftMember nodeId */
                nodeId?: (string|null);

                /** RaftMember address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftMember. */
            type $Shape = skep.v1.RaftMember.$Properties;
        }

        /**
         * Properties of a RaftBatch.
         * @deprecated Use skep.v1.RaftBatch.$Properties instead.
         */
        interface IRaftBatch extends skep.v1.RaftBatch.$Properties {
        }

        /** Represents a RaftBatch. */
        class RaftBatch {

            /**
             * Constructs a new RaftBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftBatch messages. */
            messages: skep.v1.RaftMessage.$Properties[];

            /** RaftBatch sender. */
            sender?: (skep.v1.RaftMember.$Properties|null);

            /**
             * Creates a new RaftBatch instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftBatch instance
             */
            static create(properties: skep.v1.RaftBatch.$Shape): skep.v1.RaftBatch & skep.v1.RaftBatch.$Shape;
            static create(properties?: skep.v1.RaftBatch.$Properties): skep.v1.RaftBatch;

            /**
             * Encodes the specified RaftBatch message. Does not implicitly {@link skep.v1.RaftBatch.verify|verify} messages.
             * @param message RaftBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftBatch & skep.v1.RaftBatch.$Shape} RaftBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftBatch & skep.v1.RaftBatch.$Shape;
        }

        namespace RaftBatch {

            /** Properties of a RaftBatch. */
            interface $Properties {

                /** RaftBatch messages */
                messages?: (skep.v1.RaftMessage.$Properties[]|null);

                /** RaftBatch sender */
                sender?: (skep.v1.RaftMember.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftBatch. */
            type $Shape = skep.v1.RaftBatch.$Properties;
        }

        /**
         * Properties of a RaftSendResponse.
         * @deprecated Use skep.v1.RaftSendResponse.$Properties instead.
         */
        interface IRaftSendResponse extends skep.v1.RaftSendResponse.$Properties {
        }

        /** Represents a RaftSendResponse. */
        class RaftSendResponse {

            /**
             * Constructs a new RaftSendResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftSendResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftSendResponse removed. */
            removed: boolean;

            /**
             * Creates a new RaftSendResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftSendResponse instance
             */
            static create(properties: skep.v1.RaftSendResponse.$Shape): skep.v1.RaftSendResponse & skep.v1.RaftSendResponse.$Shape;
            static create(properties?: skep.v1.RaftSendResponse.$Properties): skep.v1.RaftSendResponse;

            /**
             * Encodes the specified RaftSendResponse message. Does not implicitly {@link skep.v1.RaftSendResponse.verify|verify} messages.
             * @param message RaftSendResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftSendResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftSendResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftSendResponse & skep.v1.RaftSendResponse.$Shape} RaftSendResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftSendResponse & skep.v1.RaftSendResponse.$Shape;
        }

        namespace RaftSendResponse {

            /** Properties of a RaftSendResponse. */
            interface $Properties {

                /** RaftSendResponse removed */
                removed?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftSendResponse. */
            type $Shape = skep.v1.RaftSendResponse.$Properties;
        }

        /**
         * Properties of a RaftSnapshotPart.
         * @deprecated Use skep.v1.RaftSnapshotPart.$Properties instead.
         */
        interface IRaftSnapshotPart extends skep.v1.RaftSnapshotPart.$Properties {
        }

        /** Represents a RaftSnapshotPart. */
        class RaftSnapshotPart {

            /**
             * Constructs a new RaftSnapshotPart.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftSnapshotPart.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftSnapshotPart message. */
            message?: (skep.v1.RaftMessage.$Properties|null);

            /** RaftSnapshotPart members. */
            members: skep.v1.RaftMember.$Properties[];

            /** RaftSnapshotPart removed. */
            removed: number[];

            /** RaftSnapshotPart data. */
            data: Uint8Array;

            /** RaftSnapshotPart end. */
            end: boolean;

            /** RaftSnapshotPart sender. */
            sender?: (skep.v1.RaftMember.$Properties|null);

            /**
             * Creates a new RaftSnapshotPart instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftSnapshotPart instance
             */
            static create(properties: skep.v1.RaftSnapshotPart.$Shape): skep.v1.RaftSnapshotPart & skep.v1.RaftSnapshotPart.$Shape;
            static create(properties?: skep.v1.RaftSnapshotPart.$Properties): skep.v1.RaftSnapshotPart;

            /**
             * Encodes the specified RaftSnapshotPart message. Does not implicitly {@link skep.v1.RaftSnapshotPart.verify|verify} messages.
             * @param message RaftSnapshotPart message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftSnapshotPart.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftSnapshotPart message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftSnapshotPart & skep.v1.RaftSnapshotPart.$Shape} RaftSnapshotPart
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftSnapshotPart & skep.v1.RaftSnapshotPart.$Shape;
        }

        namespace RaftSnapshotPart {

            /** Properties of a RaftSnapshotPart. */
            interface $Properties {

                /** RaftSnapshotPart message */
                message?: (skep.v1.RaftMessage.$Properties|null);

                /** RaftSnapshotPart members */
                members?: (skep.v1.RaftMember.$Properties[]|null);

                /** RaftSnapshotPart removed */
                removed?: (number[]|null);

                /** RaftSnapshotPart data */
                data?: (Uint8Array|null);

                /** RaftSnapshotPart end */
                end?: (boolean|null);

                /** RaftSnapshotPart sender */
                sender?: (skep.v1.RaftMember.$Properties|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftSnapshotPart. */
            type $Shape = skep.v1.RaftSnapshotPart.$Properties;
        }

        /**
         * Properties of a RaftJoinRequest.
         * @deprecated Use skep.v1.RaftJoinRequest.$Properties instead.
         */
        interface IRaftJoinRequest extends skep.v1.RaftJoinRequest.$Properties {
        }

        /** Represents a RaftJoinRequest. */
        class RaftJoinRequest {

            /**
             * Constructs a new RaftJoinRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftJoinRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftJoinRequest nodeId. */
            nodeId: string;

            /** RaftJoinRequest address. */
            address: string;

            /**
             * Creates a new RaftJoinRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftJoinRequest instance
             */
            static create(properties: skep.v1.RaftJoinRequest.$Shape): skep.v1.RaftJoinRequest & skep.v1.RaftJoinRequest.$Shape;
            static create(properties?: skep.v1.RaftJoinRequest.$Properties): skep.v1.RaftJoinRequest;

            /**
             * Encodes the specified RaftJoinRequest message. Does not implicitly {@link skep.v1.RaftJoinRequest.verify|verify} messages.
             * @param message RaftJoinRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftJoinRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftJoinRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftJoinRequest & skep.v1.RaftJoinRequest.$Shape} RaftJoinRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftJoinRequest & skep.v1.RaftJoinRequest.$Shape;
        }

        namespace RaftJoinRequest {

            /** Properties of a RaftJoinRequest. */
            interface $Properties {

                /** RaftJoinRequest nodeId */
                nodeId?: (string|null);

                /** RaftJoinRequest address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftJoinRequest. */
            type $Shape = skep.v1.RaftJoinRequest.$Properties;
        }

        /**
         * Properties of a RaftJoinResponse.
         * @deprecated Use skep.v1.RaftJoinResponse.$Properties instead.
         */
        interface IRaftJoinResponse extends skep.v1.RaftJoinResponse.$Properties {
        }

        /** Represents a RaftJoinResponse. */
        class RaftJoinResponse {

            /**
             * Constructs a new RaftJoinResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftJoinResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftJoinResponse raftId. */
            raftId: number;

            /** RaftJoinResponse members. */
            members: skep.v1.RaftMember.$Properties[];

            /** RaftJoinResponse removed. */
            removed: number[];

            /**
             * Creates a new RaftJoinResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftJoinResponse instance
             */
            static create(properties: skep.v1.RaftJoinResponse.$Shape): skep.v1.RaftJoinResponse & skep.v1.RaftJoinResponse.$Shape;
            static create(properties?: skep.v1.RaftJoinResponse.$Properties): skep.v1.RaftJoinResponse;

            /**
             * Encodes the specified RaftJoinResponse message. Does not implicitly {@link skep.v1.RaftJoinResponse.verify|verify} messages.
             * @param message RaftJoinResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftJoinResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftJoinResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftJoinResponse & skep.v1.RaftJoinResponse.$Shape} RaftJoinResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftJoinResponse & skep.v1.RaftJoinResponse.$Shape;
        }

        namespace RaftJoinResponse {

            /** Properties of a RaftJoinResponse. */
            interface $Properties {

                /** RaftJoinResponse raftId */
                raftId?: (number|null);

                /** RaftJoinResponse members */
                members?: (skep.v1.RaftMember.$Properties[]|null);

                /** RaftJoinResponse removed */
                removed?: (number[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftJoinResponse. */
            type $Shape = skep.v1.RaftJoinResponse.$Properties;
        }

        /**
         * Properties of a RaftLeaveRequest.
         * @deprecated Use skep.v1.RaftLeaveRequest.$Properties instead.
         */
        interface IRaftLeaveRequest extends skep.v1.RaftLeaveRequest.$Properties {
        }

        /** Represents a RaftLeaveRequest. */
        class RaftLeaveRequest {

            /**
             * Constructs a new RaftLeaveRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftLeaveRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftLeaveRequest nodeId. */
            nodeId: string;

            /**
             * Creates a new RaftLeaveRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftLeaveRequest instance
             */
            static create(properties: skep.v1.RaftLeaveRequest.$Shape): skep.v1.RaftLeaveRequest & skep.v1.RaftLeaveRequest.$Shape;
            static create(properties?: skep.v1.RaftLeaveRequest.$Properties): skep.v1.RaftLeaveRequest;

            /**
             * Encodes the specified RaftLeaveRequest message. Does not implicitly {@link skep.v1.RaftLeaveRequest.verify|verify} messages.
             * @param message RaftLeaveRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftLeaveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftLeaveRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftLeaveRequest & skep.v1.RaftLeaveRequest.$Shape} RaftLeaveRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftLeaveRequest & skep.v1.RaftLeaveRequest.$Shape;
        }

        namespace RaftLeaveRequest {

            /** Properties of a RaftLeaveRequest. */
            interface $Properties {

                /** RaftLeaveRequest nodeId */
                nodeId?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftLeaveRequest. */
            type $Shape = skep.v1.RaftLeaveRequest.$Properties;
        }

        /**
         * Properties of a RaftResolveRequest.
         * @deprecated Use skep.v1.RaftResolveRequest.$Properties instead.
         */
        interface IRaftResolveRequest extends skep.v1.RaftResolveRequest.$Properties {
        }

        /** Represents a RaftResolveRequest. */
        class RaftResolveRequest {

            /**
             * Constructs a new RaftResolveRequest.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftResolveRequest.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftResolveRequest raftId. */
            raftId: number;

            /**
             * Creates a new RaftResolveRequest instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftResolveRequest instance
             */
            static create(properties: skep.v1.RaftResolveRequest.$Shape): skep.v1.RaftResolveRequest & skep.v1.RaftResolveRequest.$Shape;
            static create(properties?: skep.v1.RaftResolveRequest.$Properties): skep.v1.RaftResolveRequest;

            /**
             * Encodes the specified RaftResolveRequest message. Does not implicitly {@link skep.v1.RaftResolveRequest.verify|verify} messages.
             * @param message RaftResolveRequest message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftResolveRequest.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftResolveRequest message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftResolveRequest & skep.v1.RaftResolveRequest.$Shape} RaftResolveRequest
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftResolveRequest & skep.v1.RaftResolveRequest.$Shape;
        }

        namespace RaftResolveRequest {

            /** Properties of a RaftResolveRequest. */
            interface $Properties {

                /** RaftResolveRequest raftId */
                raftId?: (number|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftResolveRequest. */
            type $Shape = skep.v1.RaftResolveRequest.$Properties;
        }

        /**
         * Properties of a RaftResolveResponse.
         * @deprecated Use skep.v1.RaftResolveResponse.$Properties instead.
         */
        interface IRaftResolveResponse extends skep.v1.RaftResolveResponse.$Properties {
        }

        /** Represents a RaftResolveResponse. */
        class RaftResolveResponse {

            /**
             * Constructs a new RaftResolveResponse.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.RaftResolveResponse.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** RaftResolveResponse address. */
            address: string;

            /**
             * Creates a new RaftResolveResponse instance using the specified properties.
             * @param [properties] Properties to set
             * @returns RaftResolveResponse instance
             */
            static create(properties: skep.v1.RaftResolveResponse.$Shape): skep.v1.RaftResolveResponse & skep.v1.RaftResolveResponse.$Shape;
            static create(properties?: skep.v1.RaftResolveResponse.$Properties): skep.v1.RaftResolveResponse;

            /**
             * Encodes the specified RaftResolveResponse message. Does not implicitly {@link skep.v1.RaftResolveResponse.verify|verify} messages.
             * @param message RaftResolveResponse message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.RaftResolveResponse.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a RaftResolveResponse message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.RaftResolveResponse & skep.v1.RaftResolveResponse.$Shape} RaftResolveResponse
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.RaftResolveResponse & skep.v1.RaftResolveResponse.$Shape;
        }

        namespace RaftResolveResponse {

            /** Properties of a RaftResolveResponse. */
            interface $Properties {

                /** RaftResolveResponse address */
                address?: (string|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a RaftResolveResponse. */
            type $Shape = skep.v1.RaftResolveResponse.$Properties;
        }

        /**
         * Properties of a ClusterEvent.
         * @deprecated Use skep.v1.ClusterEvent.$Properties instead.
         */
        interface IClusterEvent extends skep.v1.ClusterEvent.$Properties {
        }

        /** Represents a ClusterEvent. */
        class ClusterEvent {

            /**
             * Constructs a new ClusterEvent.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ClusterEvent.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClusterEvent table. */
            table: string;

            /** ClusterEvent action. */
            action: string;

            /** ClusterEvent id. */
            id: string;

            /** ClusterEvent name. */
            name: string;

            /** ClusterEvent timeMs. */
            timeMs: number;

            /** ClusterEvent attributes. */
            attributes: { [k: string]: string };

            /**
             * Creates a new ClusterEvent instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ClusterEvent instance
             */
            static create(properties: skep.v1.ClusterEvent.$Shape): skep.v1.ClusterEvent & skep.v1.ClusterEvent.$Shape;
            static create(properties?: skep.v1.ClusterEvent.$Properties): skep.v1.ClusterEvent;

            /**
             * Encodes the specified ClusterEvent message. Does not implicitly {@link skep.v1.ClusterEvent.verify|verify} messages.
             * @param message ClusterEvent message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ClusterEvent.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClusterEvent message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ClusterEvent & skep.v1.ClusterEvent.$Shape} ClusterEvent
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ClusterEvent & skep.v1.ClusterEvent.$Shape;
        }

        namespace ClusterEvent {

            /** Properties of a ClusterEvent. */
            interface $Properties {

                /** ClusterEvent table */
                table?: (string|null);

                /** ClusterEvent action */
                action?: (string|null);

                /** ClusterEvent id */
                id?: (string|null);

                /** ClusterEvent name */
                name?: (string|null);

                /** ClusterEvent timeMs */
                timeMs?: (number|null);

                /** ClusterEvent attributes */
                attributes?: ({ [k: string]: string }|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClusterEvent. */
            type $Shape = skep.v1.ClusterEvent.$Properties;
        }

        /**
         * Properties of a ClusterEventBatch.
         * @deprecated Use skep.v1.ClusterEventBatch.$Properties instead.
         */
        interface IClusterEventBatch extends skep.v1.ClusterEventBatch.$Properties {
        }

        /** Represents a ClusterEventBatch. */
        class ClusterEventBatch {

            /**
             * Constructs a new ClusterEventBatch.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.ClusterEventBatch.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** ClusterEventBatch events. */
            events: skep.v1.ClusterEvent.$Properties[];

            /**
             * Creates a new ClusterEventBatch instance using the specified properties.
             * @param [properties] Properties to set
             * @returns ClusterEventBatch instance
             */
            static create(properties: skep.v1.ClusterEventBatch.$Shape): skep.v1.ClusterEventBatch & skep.v1.ClusterEventBatch.$Shape;
            static create(properties?: skep.v1.ClusterEventBatch.$Properties): skep.v1.ClusterEventBatch;

            /**
             * Encodes the specified ClusterEventBatch message. Does not implicitly {@link skep.v1.ClusterEventBatch.verify|verify} messages.
             * @param message ClusterEventBatch message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.ClusterEventBatch.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a ClusterEventBatch message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.ClusterEventBatch & skep.v1.ClusterEventBatch.$Shape} ClusterEventBatch
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.ClusterEventBatch & skep.v1.ClusterEventBatch.$Shape;
        }

        namespace ClusterEventBatch {

            /** Properties of a ClusterEventBatch. */
            interface $Properties {

                /** ClusterEventBatch events */
                events?: (skep.v1.ClusterEvent.$Properties[]|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a ClusterEventBatch. */
            type $Shape = skep.v1.ClusterEventBatch.$Properties;
        }
    }
}
