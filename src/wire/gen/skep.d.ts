import * as $protobuf from "protobufjs";
import Long = require("long");

/** Namespace skep. */
export namespace skep {

    /** Namespace v1. */
    namespace v1 {

        /**
         * Properties of a Probe.
         * @deprecated Use skep.v1.Probe.$Properties instead.
         */
        interface IProbe extends skep.v1.Probe.$Properties {
        }

        /** Represents a Probe. */
        class Probe {

            /**
             * Constructs a new Probe.
             * @param [properties] Properties to set
             */
            constructor(properties?: skep.v1.Probe.$Properties);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];

            /** Probe id. */
            id: (number|Long);

            /** Probe term. */
            term?: (number|Long|null);

            /** Probe names. */
            names: string[];

            /** Probe inner. */
            inner?: (skep.v1.Probe.$Properties|null);

            /** Probe labels. */
            labels: { [k: string]: string };

            /** Probe data. */
            data: Uint8Array;

            /** Probe on. */
            on?: (boolean|null);

            /**
             * Creates a new Probe instance using the specified properties.
             * @param [properties] Properties to set
             * @returns Probe instance
             */
            static create(properties: skep.v1.Probe.$Shape): skep.v1.Probe & skep.v1.Probe.$Shape;
            static create(properties?: skep.v1.Probe.$Properties): skep.v1.Probe;

            /**
             * Encodes the specified Probe message. Does not implicitly {@link skep.v1.Probe.verify|verify} messages.
             * @param message Probe message or plain object to encode
             * @param [writer] Writer to encode to
             * @returns Writer
             */
            static encode(message: skep.v1.Probe.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

            /**
             * Decodes a Probe message from the specified reader or buffer.
             * @param reader Reader or buffer to decode from
             * @param [length] Message length if known beforehand
             * @returns {skep.v1.Probe & skep.v1.Probe.$Shape} Probe
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): skep.v1.Probe & skep.v1.Probe.$Shape;

            /**
             * Creates a Probe message from a plain object. Also converts values to their respective internal types.
             * @param object Plain object
             * @returns Probe
             */
            static fromObject(object: { [k: string]: any }): skep.v1.Probe;

            /**
             * Creates a plain object from a Probe message. Also converts values to other types if specified.
             * @param message Probe
             * @param [options] Conversion options
             * @returns Plain object
             */
            static toObject(message: skep.v1.Probe, options?: $protobuf.IConversionOptions): { [k: string]: any };

            /**
             * Converts this Probe to JSON.
             * @returns JSON object
             */
            toJSON(): { [k: string]: any };

            /**
             * Gets the type url for Probe
             * @param [prefix] Custom type url prefix, defaults to `"type.googleapis.com"`
             * @returns The type url
             */
            static getTypeUrl(prefix?: string): string;
        }

        namespace Probe {

            /** Properties of a Probe. */
            interface $Properties {

                /** Probe id */
                id?: (number|Long|null);

                /** Probe term */
                term?: (number|Long|null);

                /** Probe names */
                names?: (string[]|null);

                /** Probe inner */
                inner?: (skep.v1.Probe.$Properties|null);

                /** Probe labels */
                labels?: ({ [k: string]: string }|null);

                /** Probe data */
                data?: (Uint8Array|null);

                /** Probe on */
                on?: (boolean|null);

                /** Unknown fields preserved while decoding when enabled */
                $unknowns?: Uint8Array[];
            }

            /** Shape of a Probe. */
            type $Shape = skep.v1.Probe.$Properties;
        }
    }
}
