// Generated from schemas/ by `npm run generate`. Do not edit.

/** What a schema says of a value: its meaning, the properties that it knows, and what it says of what is inside. */
export interface SchemaNote {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNote>>;
  /** Of every item of an array, or every entry of a map. */
  readonly each?: SchemaNote;
}

/** By schema name. */
export const SCHEMA_NOTES: Readonly<Record<string, SchemaNote>> = {
  "base": {
    "description": "base.json, the base card: what a quantised ONNX model is and where an adapter can change it. Specification: docs/specification/base.md.",
    "properties": {
      "$schema": {},
      "formatVersion": {},
      "family": {
        "description": "Name of the line of models that share shapes and module paths."
      },
      "version": {
        "description": "Semantic version of the base."
      },
      "title": {},
      "description": {},
      "license": {
        "description": "SPDX expression."
      },
      "files": {
        "description": "Every file that the base needs, with size and digest. The base digest is made from this list (docs/specification/base.md, Digest).",
        "each": {
          "properties": {
            "path": {},
            "bytes": {},
            "sha256": {}
          }
        }
      },
      "graphs": {
        "description": "The ONNX models, by name.",
        "each": {
          "properties": {
            "model": {},
            "externalData": {
              "description": "Files of external data; each path is also the location that the model names.",
              "each": {}
            }
          }
        }
      },
      "targets": {
        "description": "The module paths that an adapter can change.",
        "each": {
          "properties": {
            "path": {
              "description": "Module path in canonical form, as in blocks.0.attn.q_proj."
            },
            "graph": {
              "description": "Name of the graph that holds the target."
            },
            "node": {
              "description": "Name of the node that consumes the weight."
            },
            "operator": {
              "description": "Operator of that node; MatMulNBits, DynamicQuantizeMatMul, MatMulIntegerToFloat, QGemm and GatherBlockQuantized are of the domain com.microsoft."
            },
            "k": {
              "description": "Input features: columns of lora_A. Of a convolution, input channels of a group times positions of the kernel; of Gather, rows of the table."
            },
            "n": {
              "description": "Output features: rows of lora_B. Of a convolution, output channels; of Gather, the width of a row."
            },
            "kernel": {
              "description": "Sizes of a convolution's kernel, as in [3,3]; present for convolutions and for nothing else.",
              "each": {}
            },
            "groups": {
              "description": "Groups of a convolution; absent means 1."
            },
            "layout": {
              "description": "Order of the stored weight: kn is [K,N], nk is [N,K], row-major; nk for MatMulNBits, in its blocks, and for Conv, with K as [channels of a group, kernel]. cns, of ConvTranspose, is [input channels, N / groups, kernel]."
            },
            "weight": {
              "description": "Initializer that holds the quantised weight."
            },
            "scheme": {
              "description": "How the weight is stored: w = (q - zeroPoint) * scale.",
              "properties": {
                "form": {
                  "description": "qdq: an initializer followed by DequantizeLinear, for Gather perhaps behind it. matmulnbits: the operator MatMulNBits. integer: a product of whole numbers that is scaled afterwards. qlinear: an operator that reads weight, scale and zero point and gives quantised values. gatherblock: the operator GatherBlockQuantized. float: floating-point numbers, not quantised."
                },
                "bits": {},
                "signed": {},
                "granularity": {
                  "description": "One scale for the tensor, one for each output feature, or one for each block of input features of an output feature (of a table, of a row)."
                },
                "blockSize": {
                  "description": "Values along the axis that share a scale, for granularity block."
                },
                "axis": {
                  "description": "Axis of the stored weight that the scales run along, for granularity channel; for block, the axis that is cut into blocks: that of K, of a table either."
                },
                "scale": {
                  "description": "Initializer of the scales; absent for the form float."
                },
                "zeroPoint": {
                  "description": "Initializer of the zero points; absent means 0, and 2^(bits-1) for the form matmulnbits and for a gatherblock of bytes."
                },
                "min": {
                  "description": "Smallest stored value that the scheme uses; absent for the form float."
                },
                "max": {
                  "description": "Largest stored value that the scheme uses; absent for the form float."
                }
              }
            },
            "input": {
              "description": "Tensor that the branch of an attached adapter reads: [..., K], the layer's input before its quantisation; [batch, channels, ...] of a convolution; the indices of Gather."
            },
            "output": {
              "description": "Tensor that the branch is added to: [..., N], the layer's output after its bias; [batch, N, ...] of a convolution."
            }
          }
        }
      },
      "moments": {
        "description": "safetensors file of the second moments of the targets' inputs, for calibrated rounding. Not one of files: it isn't needed to run the base, and the base digest doesn't depend on it.",
        "properties": {
          "path": {},
          "bytes": {},
          "sha256": {}
        }
      },
      "image": {
        "description": "Present when the base draws pictures from tags.",
        "properties": {
          "size": {
            "description": "Width and height of a decoded picture, in pixels."
          },
          "backbone": {
            "description": "Name of the graph that predicts x0 from latent [B,T,C], time [B], guidance [B] and context [B,rows,width]."
          },
          "decoder": {
            "description": "Name of the graph that turns latent [B,T,C] into image [B,3,size,size] in [-1,1]."
          },
          "latent": {
            "properties": {
              "tokens": {},
              "channels": {}
            }
          },
          "conditioning": {
            "properties": {
              "rows": {
                "description": "Rows of context, one a tag; the rest hold the null row."
              },
              "width": {},
              "vocabulary": {
                "description": "JSON file {null: 0, tags: [...]}; tag i is row i + 1 of the embedding."
              },
              "embedding": {
                "description": "safetensors file with the tensor embedding F32 [V,width]."
              }
            }
          },
          "sampler": {
            "properties": {
              "kind": {
                "description": "x0 = f(x,t); x = (1-t') x0 + t' noise for the next time t'. Latent consistency models, arXiv:2310.04378."
              },
              "schedules": {
                "description": "Times in (0,1], descending, by number of steps.",
                "each": {
                  "each": {}
                }
              },
              "defaultSteps": {},
              "guidance": {
                "properties": {
                  "default": {},
                  "min": {},
                  "max": {}
                }
              }
            }
          }
        }
      }
    }
  },
  "lock": {
    "description": "banana.lock, the exact result of a resolution. Specification: docs/specification/lock.md.",
    "properties": {
      "lockVersion": {},
      "peels": {
        "each": {
          "properties": {
            "version": {},
            "registry": {
              "description": "Address of the registry that the peel came from."
            },
            "integrity": {
              "description": "SHA-512 of the tarball, as in W3C Subresource Integrity."
            },
            "signer": {
              "description": "Fingerprint of the key that signed."
            },
            "dependencies": {
              "description": "What the peel's manifest says of the peels that it needs; absent when it needs none.",
              "each": {}
            },
            "adapters": {
              "description": "The adapter chosen for each base of the project.",
              "each": {
                "properties": {
                  "file": {},
                  "family": {},
                  "version": {},
                  "digest": {
                    "description": "Base digest."
                  }
                }
              }
            }
          }
        }
      }
    }
  },
  "peel": {
    "description": "peel.json, the manifest of a peel. Specification: docs/specification/peel.md.",
    "properties": {
      "$schema": {
        "description": "Ignored; lets an editor find this schema."
      },
      "formatVersion": {
        "description": "Version of the peel format. This document describes 1."
      },
      "name": {
        "description": "npm package name with its scope: @scope/name."
      },
      "version": {
        "description": "Semantic version (semver.org 2.0.0) of the peel, without a leading v."
      },
      "title": {
        "description": "Name shown to people."
      },
      "description": {
        "description": "What the peel changes, in plain text."
      },
      "license": {
        "description": "SPDX licence expression of the peel's files."
      },
      "keywords": {
        "description": "Words for search.",
        "each": {}
      },
      "authors": {
        "description": "Who made the peel.",
        "each": {
          "properties": {
            "name": {},
            "email": {},
            "url": {}
          }
        }
      },
      "credits": {
        "description": "Data and works that the peel was made from, with their licences.",
        "each": {
          "properties": {
            "title": {},
            "author": {},
            "license": {
              "description": "SPDX expression, or LicenseRef- with the words in notice."
            },
            "url": {},
            "notice": {}
          }
        }
      },
      "notice": {
        "description": "What a user must be told before using the peel, shown by every tool that adds it."
      },
      "adapters": {
        "description": "One adapter file for each base the peel fits.",
        "each": {
          "properties": {
            "file": {
              "description": "The adapter's safetensors file, in canonical names."
            },
            "base": {
              "description": "The bases that this adapter was made for.",
              "properties": {
                "family": {
                  "description": "Family of the base, as in its base card."
                },
                "range": {
                  "description": "semver range of the base's version."
                },
                "digest": {
                  "description": "Digest of the one base whose exact weights the adapter needs."
                }
              }
            },
            "rank": {
              "description": "Largest rank of the adapter's targets."
            },
            "alpha": {
              "description": "Scale of the update: delta W = alpha / r * B A, with r the target's own rank."
            },
            "training": {
              "description": "How the adapter was trained, which decides how it may be applied.",
              "properties": {
                "method": {
                  "description": "plain: made to be attached; merge-aware: its forward pass rounded W + delta to the base's grid."
                },
                "scheme": {
                  "description": "The scheme that a merge-aware adapter was trained for."
                }
              }
            },
            "weight": {
              "description": "Recommended weights of the peel (1 is as trained).",
              "properties": {
                "default": {},
                "min": {},
                "max": {}
              }
            }
          }
        }
      },
      "triggers": {
        "description": "Words in a prompt that call on the peel.",
        "each": {
          "properties": {
            "word": {
              "description": "A tag or a trigger word: lower-case letters and digits, words joined by a hyphen."
            },
            "description": {},
            "embedding": {
              "description": "true: the adapter carries the tensor trigger.<word>.embedding, which the host puts into the prompt."
            }
          }
        }
      },
      "previews": {
        "description": "Pictures of what the peel does.",
        "each": {
          "properties": {
            "file": {
              "description": "A PNG of at most 1,048,576 bytes."
            },
            "alt": {
              "description": "What the picture shows, for people who can't see it."
            },
            "prompt": {},
            "seed": {},
            "steps": {},
            "weight": {}
          }
        }
      },
      "dependencies": {
        "description": "Peels that this one needs: name to semver range. They are added with it, for the same bases.",
        "each": {}
      },
      "conflicts": {
        "description": "Peels that can't be in a project beside this one: name to semver range of their versions.",
        "each": {}
      },
      "roles": {
        "description": "Exclusive roles, such as style: of the peels in force together, one at most may hold each.",
        "each": {
          "description": "A tag or a trigger word: lower-case letters and digits, words joined by a hyphen."
        }
      }
    }
  },
  "project": {
    "description": "banana.json, what an app asks for. Specification: docs/specification/lock.md.",
    "properties": {
      "$schema": {},
      "formatVersion": {},
      "bases": {
        "description": "Folders that hold a base card, relative to banana.json or absolute.",
        "each": {}
      },
      "peels": {
        "description": "The peels that the app wants: name to semver range or dist-tag.",
        "each": {}
      },
      "overrides": {
        "description": "Semver ranges that hold instead of what peels say of a name in dependencies and conflicts.",
        "each": {}
      },
      "sharedRoles": {
        "description": "Exclusive roles that several peels of the project may hold, because the app puts one of them in force at a time.",
        "each": {}
      },
      "trust": {
        "description": "The trust policy: accepted signers (key fingerprints) for a name or for a whole scope (@scope/*). The longest match decides.",
        "each": {
          "each": {}
        }
      }
    }
  }
};
